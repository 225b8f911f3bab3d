import type { Instant } from '@trialogue/protocol';

import { connectionDueAt, hasSocket } from '../connection/connection.ts';
import { failure } from '../errors.ts';
import { askDue } from './answers.ts';
import { choose, followDue, forgetTyping, readUpTo, type } from './following.ts';
import { hear } from './hear.ts';
import { bindUser, move, renewDue, restore, tokenGiven } from './link.ts';
import { queue, sendDue } from './sending.ts';
import { sendKey, type ClientEvent, type ClientState, type Effect, type EventOf } from './state.ts';
import { ask, complain, fail, type Tools, type Turn } from './turn.ts';
import { discard, expire, newsCame, restored } from './waiting.ts';

/** Something happened at `now` (monotonic milliseconds): the client after it, and what it wants done. */
export type Step = (state: ClientState, event: ClientEvent, now: Instant) => [ClientState, ...Effect[]];

/**
 * The client without timers, sockets and promises: one pure function. A driver carries its effects out and calls it
 * again with what came of them, and with `due` at `dueAt(state)`. In the simulator the same function runs in a
 * network that loses and doubles.
 */
export const makeStep =
  (tools: Tools): Step =>
  (state, event, at) => {
    const turn: Turn = { ...state, effects: [], now: at, tools };
    const isOfOldSocket = 'line' in event && (event.line !== state.line || !hasSocket(state.connection));
    if (!isOfOldSocket) (happens[event.type] as (turn: Turn, event: ClientEvent) => void)(turn, event);
    expire(turn);
    forgetTyping(turn);
    if (turn.connection.name === 'live') {
      renewDue(turn);
      sendDue(turn);
      askDue(turn);
      followDue(turn);
    }
    const { effects, now: _, tools: __, ...after } = turn;
    return [after, ...effects];
  };

const happens: { [Type in ClientEvent['type']]: (turn: Turn, event: EventOf<Type>) => void } = {
  start(turn, event) {
    if (!turn.isRestored) restore(turn);
    move(turn, event);
  },
  stop: move,
  woke: move,
  opened: move,
  noToken(turn, event) {
    complain(turn, failure('sdk.no_token'));
    move(turn, event);
  },
  lost: move,
  heard: hear,
  due(turn, event) {
    if (connectionDueAt(turn.connection, turn.heardAt) <= turn.now) move(turn, event);
  },
  bindUser: (turn, { credentials }) => bindUser(turn, credentials),
  token: tokenGiven,
  choose,
  send(turn, message) {
    if (!isGivenUp(turn, sendKey(message))) queue(turn, message);
  },
  history(turn, { dlgId, range, key }) {
    if (!isGivenUp(turn, key)) ask(turn, { kind: 'history', dlgId, range, key, until: 0, tries: 0 });
  },
  discard,
  read: readUpTo,
  typing: type,
  restored,
  news: newsCame,
};

/** Without anybody who would come back by himself, a promise ends at once. */
function isGivenUp(turn: Turn, key: string): boolean {
  const { name } = turn.connection;
  const isOver = name === 'idle' || name === 'shut';
  if (isOver) fail(turn, key, name === 'idle' ? 'sdk.closed' : 'sdk.shut');
  return isOver;
}
