import type { DlgId, ServerFrame, Seq, UserId } from '@trialogue/protocol';

import { Broken } from './broken.ts';

/** Who is in which conversation, by what the database committed: I20. */
export class Membership {
  /** Members have `Infinity`; who was removed has the seq of the removal. */
  readonly #mayKnowUpTo = new Map<string, Seq>();

  readonly #lastRemoval = new Map<string, Seq>();

  joined(dlgId: DlgId, userId: UserId): void {
    this.#mayKnowUpTo.set(`${dlgId} ${userId}`, Infinity);
  }

  left(dlgId: DlgId, userId: UserId, seq: Seq): void {
    this.#mayKnowUpTo.set(`${dlgId} ${userId}`, seq);
    this.#lastRemoval.set(`${dlgId} ${userId}`, seq);
  }

  isIn(dlgId: DlgId, userId: UserId): boolean {
    return this.#mayKnowUpTo.get(`${dlgId} ${userId}`) === Infinity;
  }

  /** Whether this user was removed after this message or by it, be it only for a while. */
  wasRemovedSince(dlgId: DlgId, userId: UserId, seq: Seq): boolean {
    return (this.#lastRemoval.get(`${dlgId} ${userId}`) ?? 0) >= seq;
  }

  /** A frame leaves the server for somebody. Of a removed member's, what is before the removal may be on its way. */
  told(userId: UserId, frame: ServerFrame): void {
    const heads = frame.op === 'ping' ? frame.heads : [frame];
    for (const about of heads) {
      if (!('dlgId' in about)) continue;
      const known = this.#mayKnowUpTo.get(`${about.dlgId} ${userId}`);
      if (known === undefined && !ANSWERS.has(frame.op)) {
        throw new Broken('I20', `${userId} was never in ${about.dlgId} and hears ${frame.op} of it`, frame);
      }
      const upTo = known ?? 0;
      if (upTo === Infinity) continue;
      const seq = seqIn(about);
      if (seq > upTo) {
        const op = frame.op;
        throw new Broken('I20', `${userId} is not in ${about.dlgId} and was told of ${seq} by ${op}`, {
          op,
          seq,
          upTo,
        });
      }
    }
  }
}

/** What a stranger may be told: no. */
const ANSWERS: ReadonlySet<ServerFrame['op']> = new Set(['nack', 'left']);

/** The highest seq that a frame speaks of. */
function seqIn(frame: object): Seq {
  if ('head' in frame) return frame.head as Seq;
  if ('seq' in frame) return frame.seq as Seq;
  return 0;
}
