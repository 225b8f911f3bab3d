import type { ClientFrame, DlgId, ServerFrame, Seq } from '@trialogue/protocol';

import { Broken } from './broken.ts';

/** What one socket of the server says: I9, I25, I30. */
export class Wire {
  /** Up to where live messages have gone out, of each conversation that is open on it. */
  readonly #upTo = new Map<DlgId, Seq>();
  /** The same of those it has left: what was said before the `leave` goes out at the end of the turn. */
  readonly #left = new Map<DlgId, Seq>();
  #isClosed = false;

  leaves(frame: ServerFrame): void {
    if (this.#isClosed) throw new Broken('I30', `a closed socket says ${frame.op}`, frame);
    if (frame.op === 'opened') this.#upTo.set(frame.dlgId, frame.head);
    if (frame.op === 'left') this.#upTo.delete(frame.dlgId);
    if (frame.op !== 'message') return;
    const { dlgId, seq } = frame;
    const at = this.#upTo.has(dlgId) ? this.#upTo : this.#left;
    const last = at.get(dlgId);
    if (last === undefined) throw new Broken('I9', `${dlgId} ${seq} goes to a socket that has not opened it`, { seq });
    if (seq !== last + 1) throw new Broken('I25', `${dlgId} ${seq} goes out after ${last}`, { seq, last });
    at.set(dlgId, seq);
  }

  hears({ op, ...frame }: Pick<ClientFrame, 'op'> & { dlgId?: DlgId }): void {
    if (op !== 'leave' || !frame.dlgId) return;
    const last = this.#upTo.get(frame.dlgId);
    if (last !== undefined) this.#left.set(frame.dlgId, last);
    this.#upTo.delete(frame.dlgId);
  }

  closes(): void {
    this.#isClosed = true;
  }
}
