import type { Instant } from '@trialogue/protocol';

import { connectionDueAt, hasSocket } from '../connection/connection.ts';
import { failure } from '../errors.ts';
import { askDue } from './answers.ts';
import { choose, followDue, forgetTyping, readUpTo, type } from './following.ts';
import { hear } from './hear.ts';
import { bindUser, move, renewDue, restore, tokenGiven } from './link.ts';
import { queue, sendDue } from './sending.ts';
import type { ClientEvent, ClientState, Effect } from './state.ts';
import { Turn, type Tools } from './turn.ts';
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
  (state, event, now) => {
    const turn = new Turn(state, now, tools);
    happen(turn, event);
    expire(turn);
    forgetTyping(turn);
    if (turn.state.connection.name === 'live') {
      renewDue(turn);
      sendDue(turn);
      askDue(turn);
      followDue(turn);
    }
    return [turn.state, ...turn.effects];
  };

function happen(turn: Turn, event: ClientEvent): void {
  const { state, now } = turn;
  if ('line' in event && (event.line !== state.line || !hasSocket(state.connection))) return;
  switch (event.type) {
    case 'start':
      if (!state.isRestored) restore(turn);
      return move(turn, { type: 'start' });
    case 'stop':
    case 'woke':
    case 'opened':
      return move(turn, { type: event.type });
    case 'noToken':
      turn.complain(failure('sdk.no_token'));
      return move(turn, { type: 'noToken' });
    case 'lost':
      return move(turn, { type: 'lost', code: event.code }, event.reason);
    case 'heard':
      return hear(turn, event.data);
    case 'due': {
      const dueAt = connectionDueAt(state.connection, state.heardAt);
      if (dueAt !== undefined && dueAt <= now) move(turn, { type: 'due' });
      return;
    }
    case 'bindUser':
      return bindUser(turn, event.credentials);
    case 'token':
      return tokenGiven(turn, event.token);
    case 'choose':
      return choose(turn, event.dlgId, event.dlgKey);
    case 'send':
      return queue(turn, event);
    case 'history': {
      const { dlgId, range, key } = event;
      const { name } = state.connection;
      if (name === 'idle') return turn.fail(key, 'sdk.closed');
      if (name === 'shut') return turn.fail(key, 'sdk.shut');
      return turn.ask({ kind: 'history', dlgId, range, key, until: undefined, tries: 0 });
    }
    case 'discard':
      return discard(turn, event);
    case 'read':
      return readUpTo(turn, event.seq);
    case 'typing':
      return type(turn, event.isTyping);
    case 'restored':
      return restored(turn, event.uid, event.entries);
    case 'news':
      return newsCame(turn, event.news);
  }
}
