import type { DlgId, Instant } from '@trialogue/protocol';

import { connectionDueAt, hasSocket } from '../connection/connection.ts';
import { askDue } from './answers.ts';
import type { Range } from './asks.ts';
import { followDue, forgetTyping } from './following.ts';
import { ENDED, move, renewDue, restore } from './link.ts';
import { queue, sendDue, type Sealed } from './sending.ts';
import { sendKey, type ClientState } from './state.ts';
import { ask, fail, type Happening, type Tools, type Turn } from './turn.ts';
import { expire } from './waiting.ts';

/** Something happened at `now` (monotonic milliseconds): the client after it, with the effects that it wants. */
export type Step = (state: ClientState, happening: Happening, now: Instant) => Turn;

/**
 * The client without timers, sockets and promises: one pure function. A driver carries its effects out, in the order
 * given, and calls it again with what came of them, and with `due` at `dueAt(state)`. In the simulator the same function
 * runs in a network that loses and doubles.
 */
export const makeStep =
  (tools: Tools): Step =>
  (state, happening, at) => {
    const turn: Turn = { ...state, effects: [], stepAt: at, tools };
    happening(turn);
    expire(turn);
    forgetTyping(turn);
    if (turn.connection.stage === 'live') {
      renewDue(turn);
      sendDue(turn);
      askDue(turn);
      followDue(turn);
    }
    return turn;
  };

export function start(turn: Turn): void {
  if (!turn.isRestored) restore(turn);
  move(turn, { type: 'start' });
}

export const stop = (turn: Turn): void => move(turn, { type: 'stop' });

export function due(turn: Turn): void {
  if (connectionDueAt(turn.connection, turn.heardAt) <= turn.stepAt) move(turn, { type: 'due' });
}

/** Of the socket with this number. What an older one says is not heard. */
export const ofLine =
  (line: number, happening: Happening): Happening =>
  (turn) => {
    if (line === turn.line && hasSocket(turn.connection)) happening(turn);
  };

export function send(turn: Turn, message: Sealed): void {
  if (!isGivenUp(turn, sendKey(message))) queue(turn, message);
}

/** A page for the application, whose promise has this key. */
export function fetchPage(turn: Turn, dlgId: DlgId, range: Range, key: string): void {
  if (!isGivenUp(turn, key)) ask(turn, { kind: 'history', dlgId, range, key, until: 0, tries: 0 });
}

/** Without anybody who would come back by himself, a promise ends at once. */
function isGivenUp(turn: Turn, key: string): boolean {
  const why = ENDED[turn.connection.stage];
  if (why) fail(turn, key, why);
  return why !== undefined;
}
