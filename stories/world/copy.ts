import type { Message, Seq } from '@trialogue/protocol';

/** A message as it is on somebody's screen. */
export interface Shown {
  seq: Seq;
  msgId: string;
  clientMsgId: string;
  fromuid: string;
  sentAt: number;
  isRecalled: boolean;
}

/** What somebody has of one conversation: fetched once, and kept up by what comes after (I19). */
export class Copy {
  readonly #shown = new Map<Seq, Shown>();
  readonly #recalled = new Set<Seq>();

  add(message: Message): void {
    const { seq, msgId, clientMsgId, fromuid, sentAt, recalledAt } = message;
    if (recalledAt !== undefined) this.#recalled.add(seq);
    this.#shown.set(seq, { seq, msgId, clientMsgId, fromuid, sentAt, isRecalled: false });
  }

  /** The server said that this one was taken back. A page that was read before may come later. */
  recall(seq: Seq): void {
    this.#recalled.add(seq);
  }

  /** The highest place up to `head` that it lacks. */
  missing(head: Seq): Seq | undefined {
    for (let seq = head; seq > 0; seq--) if (!this.#shown.has(seq)) return seq;
    return undefined;
  }

  list(): Shown[] {
    return [...this.#shown.values()]
      .sort((a, b) => a.seq - b.seq)
      .map((each) => ({ ...each, isRecalled: this.#recalled.has(each.seq) }));
  }
}

/** A fresh copy of a log. */
export function copyOf(log: readonly Message[]): Copy {
  const copy = new Copy();
  for (const message of log) copy.add(message);
  return copy;
}
