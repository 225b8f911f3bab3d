import type { ClientFrame, DlgId, Instant } from '@trialogue/protocol';

import type { Backoff } from '../connection/backoff.ts';
import { failure, type Failure } from '../errors.ts';
import type { ImErrorEvent, ImEventName, ImEvents, Told } from '../events.ts';
import type { Ask } from './asks.ts';
import { ANSWER_MS, frameOf } from './asks.ts';
import type { Answer, ClientState, Effect } from './state.ts';

/** What the client needs besides its state. With a seeded source of chance it is deterministic. */
export interface Tools {
  backoff: Backoff;
  seal(plaintext: string, to: { dlgId: string; dlgKey: string; fromuid: string; clientMsgId: string }): string;
  /** Our time as that of the clock on the wall. */
  toDate(at: Instant): Instant;
}

/** One step of the client in the making: the state so far, and the effects gathered on the way. */
export class Turn {
  state: ClientState;
  readonly effects: Effect[] = [];
  readonly now: Instant;
  readonly tools: Tools;

  constructor(state: ClientState, now: Instant, tools: Tools) {
    this.state = state;
    this.now = now;
    this.tools = tools;
  }

  set(change: Partial<ClientState>): void {
    this.state = { ...this.state, ...change };
  }

  tell<Name extends ImEventName>(name: Name, detail: ImEvents[Name]): void {
    this.effects.push({ do: 'tell', told: { name, detail } as Told });
  }

  complain(what: Failure, about: Omit<Partial<ImErrorEvent>, keyof Failure> = {}): void {
    this.tell('error', { ...what, ...about });
  }

  transmit(frame: ClientFrame): void {
    this.effects.push({ do: 'transmit', line: this.state.line, frame });
  }

  settle(key: string, answer: Answer): void {
    this.effects.push({ do: 'settle', key, answer });
  }

  /** Puts a request on the wire, under the next number. */
  ask(ask: Ask): void {
    const id = this.state.lastAsk + 1;
    this.set({ lastAsk: id, asks: new Map(this.state.asks).set(id, ask) });
    if (ask.until !== undefined) this.transmit(frameOf(id, ask));
  }

  /** Though the key may have been asked for before: that answer may be older than the key. */
  askForKey(dlgId: DlgId): void {
    this.ask({ kind: 'ring', dlgId, until: this.now + ANSWER_MS, tries: 1 });
  }

  forgetAsk(id: number): void {
    const asks = new Map(this.state.asks);
    asks.delete(id);
    this.set({ asks });
  }

  ringOf(dlgId: DlgId): string | undefined {
    return this.state.rings.get(dlgId);
  }

  fail(key: string, name: Parameters<typeof failure>[0]): void {
    this.settle(key, { failure: failure(name) });
  }
}
