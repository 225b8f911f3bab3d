import { Malformed, PROTOCOL_VERSION, serverFrame, type ServerFrame, type ServerFrameOf } from '@trialogue/protocol';

import { isConnected } from '../connection/connection.ts';
import { failure } from '../errors.ts';
import { hasFailed } from '../outbox/outbox.ts';
import { askRefused, openedCame, pageCame } from './answers.ts';
import { headCame, keyCame, leftCame, messageCame, typingCame } from './following.ts';
import { move, restoreMore, tokenTaken } from './link.ts';
import { accepted, refused } from './sending.ts';
import { complain, tell, transmit, type Turn } from './turn.ts';
import { tellReceipt } from './waiting.ts';

/** Takes one frame of the server. Total: whatever it is, the page goes on. */
export function hear(turn: Turn, data: unknown): void {
  turn.heardAt = turn.stepAt;
  const frame = read(turn, data);
  if (!frame) return;
  const isInTime =
    frame.op === 'hello'
      ? turn.connection.stage === 'greeting'
      : EARLY.has(frame.op)
        ? isConnected(turn.connection)
        : turn.connection.stage === 'live';
  if (isInTime) (takes[frame.op] as (turn: Turn, frame: ServerFrame) => void)(turn, frame);
}

function read(turn: Turn, data: unknown): ServerFrame | undefined {
  try {
    if (typeof data !== 'string') throw new Malformed('frame', 'text');
    return serverFrame.read(JSON.parse(data), 'frame');
  } catch (error) {
    // A later version may say things that are not for us.
    const { path, message } = error instanceof Malformed ? error : new Malformed('frame', 'JSON');
    if (path !== 'frame.op') complain(turn, failure('sdk.bad_frame', message));
    return undefined;
  }
}

/** What does not wait for a bound user. */
const EARLY: ReadonlySet<ServerFrame['op']> = new Set(['ping', 'bound', 'drain']);

const takes: { [Op in ServerFrame['op']]: (turn: Turn, frame: ServerFrameOf<Op>) => void } = {
  hello(turn, { versions, serverTime }) {
    if (!versions.includes(PROTOCOL_VERSION)) {
      complain(turn, failure('sdk.unsupported_version', versions.join()));
      return move(turn, { type: 'breakOff', code: 4501 });
    }
    turn.serverAheadMs = serverTime - turn.stepAt;
    move(turn, { type: 'hello' });
    tell(turn, 'connect', { serverTime });
    if (turn.credentials) move(turn, { type: 'bind' });
  },
  bound(turn, { userId, expiresAt }) {
    if (turn.connection.stage === 'connected') return;
    move(turn, { type: 'bound' });
    tokenTaken(turn, expiresAt);
    restoreMore(turn);
    tell(turn, 'bound', { userId, expiresAt });
  },
  ping(turn, { heads }) {
    transmit(turn, { op: 'pong' });
    for (const { dlgId, head } of heads) headCame(turn, dlgId, head);
    // A tab that was to send something may have been closed since.
    if (turn.unsent.some((entry) => entry.isElsewhere && !hasFailed(entry))) restoreMore(turn);
  },
  drain: (turn, { inMs }) => move(turn, { type: 'drain', inMs }),
  ack: accepted,
  nack: refused,
  message: messageCame,
  opened: openedCame,
  page: pageCame,
  refused: askRefused,
  key: keyCame,
  left: leftCame,
  head(turn, { dlgId, head }) {
    headCame(turn, dlgId, head);
    tell(turn, 'head', { dlgId, head });
  },
  receipt: (turn, { op: _, ...receipt }) => tellReceipt(turn, receipt),
  typing: typingCame,
  presence: (turn, { op: _, ...presence }) => tell(turn, 'presence', presence),
};
