import type { DlgId, Message, ServerFrame, UserId } from '@trialogue/protocol';

import { Fences } from './fences.ts';
import { Ledger } from './ledger.ts';
import { Marks } from './marks.ts';
import { Membership } from './membership.ts';
import { Sends } from './sends.ts';

/** Everything that a world is held against. What is broken first is kept: code under test may not swallow it. */
export class Checks {
  readonly sends = new Sends();
  readonly membership = new Membership();
  readonly marks = new Marks();
  readonly fences = new Fences();
  readonly ledger: Ledger;
  readonly #recalls = new Set<string>();
  #first: Error | undefined;

  constructor() {
    this.ledger = new Ledger((dlgId, { seq }) => this.#recalls.has(`${dlgId} ${seq}`));
  }

  get broken(): Error | undefined {
    return this.#first;
  }

  hold(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#first ??= error instanceof Error ? error : new Error(String(error));
    }
  }

  /** An author asks to take a message back. */
  recallAsked(dlgId: DlgId, seq: number): void {
    this.#recalls.add(`${dlgId} ${seq}`);
  }

  /** A frame leaves the server for somebody. */
  leaves(userId: UserId, frame: ServerFrame): void {
    this.hold(() => {
      this.membership.told(userId, frame);
      if (frame.op === 'ack') this.sends.answered({ ...frame, fromuid: userId }, frame, this.ledger);
    });
  }

  /** The database shows these after what was known. */
  grew(dlgId: DlgId, messages: readonly Message[]): void {
    this.hold(() => this.sends.stored(dlgId, this.ledger.grew(dlgId, messages)));
  }

  /** The database shows the whole log. */
  reread(dlgId: DlgId, messages: readonly Message[]): void {
    this.hold(() => {
      const head = this.ledger.head(dlgId);
      this.ledger.reread(dlgId, messages);
      this.sends.stored(dlgId, messages.slice(head));
    });
  }
}
