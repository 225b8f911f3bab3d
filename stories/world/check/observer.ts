import type { DlgId, Seq } from '@trialogue/protocol';

import { Broken } from './broken.ts';

/** What one client was given of the conversations it chose: I9, I12. */
export class Observer {
  readonly #who: string;
  readonly #given = new Map<DlgId, Set<Seq>>();
  /** Where the conversation is followed from, for as long as it is the chosen one. */
  #at: { dlgId: DlgId; last: Seq } | undefined;

  constructor(who: string) {
    this.#who = who;
  }

  /** It chose another conversation, or the same one anew. */
  chose(): void {
    this.#at = undefined;
  }

  /** Live messages follow from `head + 1` on. Said again after a reconnect, when the place stands. */
  opened(dlgId: DlgId, head: Seq): void {
    const highest = Math.max(head, ...(this.#given.get(dlgId) ?? []));
    if (this.#at?.dlgId !== dlgId) this.#at = { dlgId, last: highest };
  }

  given(dlgId: DlgId, seq: Seq): void {
    const given = this.#given.get(dlgId) ?? new Set();
    this.#given.set(dlgId, given);
    if (given.has(seq)) throw new Broken('I12', `${this.#who} was given ${dlgId} ${seq} twice`, { seq });
    const at = this.#at;
    if (at?.dlgId !== dlgId)
      throw new Broken('I9', `${this.#who} was given ${dlgId} ${seq} without having it open`, { seq });
    if (seq !== at.last + 1) throw new Broken('I9', `${this.#who} was given ${dlgId} ${seq} after ${at.last}`, { seq });
    at.last = seq;
    given.add(seq);
  }

  /** Up to where it was given the chosen conversation. */
  upTo(dlgId: DlgId): Seq | undefined {
    return this.#at?.dlgId === dlgId ? this.#at.last : undefined;
  }
}
