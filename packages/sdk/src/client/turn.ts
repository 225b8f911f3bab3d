import type { ClientFrame, DlgId, Instant } from '@trialogue/protocol';

import type { Backoff } from '../connection/backoff.ts';
import { failure, type Failure, type FailureName } from '../errors.ts';
import type { ImErrorEvent, ImEventName, ImEvents, Told } from '../events.ts';
import { only } from '../only.ts';
import { ANSWER_MS, frameOf, type Ask } from './asks.ts';
import type { Answer, ClientState, Outside } from './state.ts';

/** What the client needs besides its state. With a seeded source of chance it is deterministic. */
export interface Tools {
  backoff: Backoff;
  seal(plaintext: string, to: { dlgId: string; dlgKey: string; fromuid: string; clientMsgId: string }): string;
  /** Our time as that of the clock on the wall. */
  toDate(at: Instant): Instant;
}

/**
 * One step of the client in the making: a copy of its state, in which fields are put in the place of the old ones, and the
 * effects gathered on the way. When it is done it is the state. What the fields hold is never changed: it may be of the
 * state before.
 */
export type Turn = { -readonly [Field in keyof ClientState]: ClientState[Field] } & {
  readonly effects: Effect[];
  readonly stepAt: Instant;
  readonly tools: Tools;
};

/** Something that happens to the client. */
export type Happening = (turn: Turn) => void;

/** Something that the client wants done. */
export type Effect = (outside: Outside) => void;

export const want = (turn: Turn, effect: Effect): void => void turn.effects.push(effect);

export const tell = <Name extends ImEventName>(turn: Turn, name: Name, detail: ImEvents[Name]): void =>
  want(turn, (outside) => outside.tell({ name, detail } as Told));

export const complain = (turn: Turn, what: Failure, about: Omit<Partial<ImErrorEvent>, keyof Failure> = {}): void =>
  tell(turn, 'error', { ...what, ...about });

export const transmit = (turn: Turn, frame: ClientFrame): void => want(turn, (outside) => outside.transmit(frame));

export const settle = (turn: Turn, key: string, answer: Answer): void =>
  want(turn, (outside) => outside.settle(key, answer));

export const fail = (turn: Turn, key: string, name: FailureName): void => settle(turn, key, { failure: failure(name) });

/** Puts a request on the wire, under the next number. */
export function ask(turn: Turn, what: Ask): void {
  const id = ++turn.lastAsk;
  keepAsk(turn, id, what);
  if (what.until > turn.stepAt) transmit(turn, frameOf(id, what));
}

/** Though the key may have been asked for before: that answer may be older than the key. */
export const askForKey = (turn: Turn, dlgId: DlgId): void =>
  ask(turn, { kind: 'ring', dlgId, until: turn.stepAt + ANSWER_MS, tries: 1 });

export const keepAsk = (turn: Turn, id: number, what: Ask): void => {
  turn.asks = new Map(turn.asks).set(id, what);
};

export const forgetAsk = (turn: Turn, id: number): void => {
  turn.asks = only(turn.asks, (_, each) => each !== id);
};
