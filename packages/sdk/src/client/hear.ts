import { Malformed, PROTOCOL_VERSION, serverFrame, type ServerFrame } from '@trialogue/protocol';

import { isConnected } from '../connection/connection.ts';
import { failure } from '../errors.ts';
import { isElsewhere } from '../outbox/outbox.ts';
import { askRefused, openedCame, pageCame } from './answers.ts';
import { headCame, keyCame, leftCame, messageCame, typingCame } from './following.ts';
import { move, restoreMore, tokenTaken } from './link.ts';
import { accepted, refused } from './sending.ts';
import type { Turn } from './turn.ts';
import { tellReceipt } from './waiting.ts';

/** Takes one frame of the server. Total: whatever it is, the page goes on. */
export function hear(turn: Turn, data: unknown): void {
  turn.set({ heardAt: turn.now });
  const frame = read(turn, data);
  if (!frame) return;
  const { connection } = turn.state;
  if (frame.op === 'hello') greeted(turn, frame);
  else if (!isConnected(connection)) return;
  else if (frame.op === 'ping') pinged(turn, frame);
  else if (frame.op === 'bound') bound(turn, frame);
  else if (frame.op === 'drain') move(turn, { type: 'drain', inMs: frame.inMs });
  else if (connection.name === 'live') follow(turn, frame);
}

function read(turn: Turn, data: unknown): ServerFrame | undefined {
  try {
    if (typeof data !== 'string') throw new Malformed('frame', 'text');
    return serverFrame.read(JSON.parse(data), 'frame');
  } catch (error) {
    // A later version may say things that are not for us.
    const isUnknown = error instanceof Malformed && error.path === 'frame.op';
    if (!isUnknown) {
      turn.complain(failure('sdk.bad_frame', error instanceof Malformed ? error.message : 'It is not JSON.'));
    }
    return undefined;
  }
}

function greeted(turn: Turn, { versions, serverTime }: ServerFrame & { op: 'hello' }): void {
  if (turn.state.connection.name !== 'greeting') return;
  if (!versions.includes(PROTOCOL_VERSION)) {
    turn.complain(failure('sdk.unsupported_version', `It offers ${versions.join(', ')}.`));
    return move(turn, { type: 'breakOff', code: 4501 });
  }
  turn.set({ serverAheadMs: serverTime - turn.now });
  move(turn, { type: 'hello' });
  turn.tell('connect', { serverTime });
  if (turn.state.credentials) move(turn, { type: 'bind' });
}

function bound(turn: Turn, { userId, expiresAt }: ServerFrame & { op: 'bound' }): void {
  if (turn.state.connection.name === 'connected') return;
  move(turn, { type: 'bound' });
  tokenTaken(turn, expiresAt);
  restoreMore(turn);
  turn.tell('bound', { userId, expiresAt });
}

function pinged(turn: Turn, { heads }: ServerFrame & { op: 'ping' }): void {
  turn.transmit({ op: 'pong' });
  for (const { dlgId, head } of heads) headCame(turn, dlgId, head);
  // A tab that was to send something may have been closed since.
  if (turn.state.outbox.some(isElsewhere)) restoreMore(turn);
}

function follow(turn: Turn, frame: ServerFrame): void {
  switch (frame.op) {
    case 'ack':
      return accepted(turn, frame);
    case 'nack':
      return refused(turn, frame);
    case 'message':
      return messageCame(turn, frame);
    case 'opened':
      return openedCame(turn, frame);
    case 'page':
      return pageCame(turn, frame);
    case 'refused':
      return askRefused(turn, frame);
    case 'key':
      return keyCame(turn, frame.dlgId, frame.dlgKey);
    case 'left':
      return leftCame(turn, frame.dlgId);
    case 'head': {
      const { dlgId, head } = frame;
      headCame(turn, dlgId, head);
      return turn.tell('head', { dlgId, head });
    }
    case 'receipt': {
      const { op: _, ...receipt } = frame;
      return tellReceipt(turn, receipt);
    }
    case 'typing':
      return typingCame(turn, frame);
    case 'presence': {
      const { op: _, ...presence } = frame;
      return turn.tell('presence', presence);
    }
    default: // The others do not wait for a bound user.
  }
}
