import type { DlgId, Seq, UserId } from '@trialogue/protocol';

import { Broken } from './broken.ts';

interface Mark {
  readSeq: Seq;
  deliveredSeq: Seq;
}

/** How far everybody has received and read, as the database has it and as others are told: I23. */
export class Marks {
  readonly #stored = new Map<string, Mark>();
  readonly #told = new Map<string, Mark>();

  stored(dlgId: DlgId, userId: UserId, mark: Mark, head: Seq): void {
    const name = `${dlgId} ${userId}`;
    rises(`the mark of ${name}`, this.#stored.get(name), mark);
    if (Math.max(mark.readSeq, mark.deliveredSeq) > head) {
      throw new Broken('I23', `the mark of ${name} is past the head, ${head}`, mark);
    }
    this.#stored.set(name, mark);
  }

  /** A client tells its application. */
  told(client: string, { dlgId, userId, ...mark }: { dlgId: DlgId; userId: UserId } & Mark): void {
    const name = `${dlgId} ${userId}`;
    const stored = this.#stored.get(name);
    if (!stored || stored.readSeq < mark.readSeq || stored.deliveredSeq < mark.deliveredSeq) {
      throw new Broken('I23', `${client} was told of a mark of ${name} that nobody set`, [stored, mark]);
    }
    const key = `${client} ${name}`;
    rises(`what ${client} was told of ${name}`, this.#told.get(key), mark);
    this.#told.set(key, mark);
  }
}

function rises(what: string, before: Mark | undefined, after: Mark): void {
  if (before && (after.readSeq < before.readSeq || after.deliveredSeq < before.deliveredSeq)) {
    throw new Broken('I23', `${what} fell`, [before, after]);
  }
}
