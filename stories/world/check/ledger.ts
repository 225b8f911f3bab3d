import { parseHeader } from '@trialogue/crypto';
import type { DlgId, Message, Seq } from '@trialogue/protocol';

import { Broken } from './broken.ts';

/** A place in a log as the database first showed it, and the tombstone that took its place, if it was recalled. */
interface Row {
  first: Message;
  tombstone?: Message;
}

/**
 * The logs as the database has shown them so far, one by one and never again otherwise: I4, I5, I6, I21, I34.
 * Everything that anybody is shown is held against it.
 */
export class Ledger {
  readonly #rows = new Map<DlgId, Row[]>();
  /** Of the newest message. A removal begins a new one. */
  readonly #epochs = new Map<DlgId, number>();
  readonly #seqs = new Map<string, Seq>();
  readonly #mayRecall: (dlgId: DlgId, first: Message) => boolean;

  /** `mayRecall`: whether the author ever asked for it. */
  constructor(mayRecall: (dlgId: DlgId, first: Message) => boolean) {
    this.#mayRecall = mayRecall;
  }

  head(dlgId: DlgId): Seq {
    return this.#of(dlgId).length;
  }

  /** The log as it stands, tombstones in place. */
  log(dlgId: DlgId): Message[] {
    return this.#of(dlgId).map(({ first, tombstone }) => tombstone ?? first);
  }

  at(dlgId: DlgId, seq: Seq): Message | undefined {
    const row = this.#of(dlgId)[seq - 1];
    return row?.tombstone ?? row?.first;
  }

  find(dlgId: DlgId, fromuid: string, clientMsgId: string): Message | undefined {
    const seq = this.#seqs.get(nameOf(dlgId, fromuid, clientMsgId));
    return seq === undefined ? undefined : this.at(dlgId, seq);
  }

  /** The database shows these after the head that is known. Answers what is new. */
  grew(dlgId: DlgId, messages: readonly Message[]): readonly Message[] {
    const rows = this.#of(dlgId);
    for (const message of messages) {
      if (message.seq !== rows.length + 1) {
        throw new Broken('I6', `after ${rows.length} comes ${message.seq} in ${dlgId}`, message);
      }
      const name = nameOf(dlgId, message.fromuid, message.clientMsgId);
      const before = this.#seqs.get(name);
      if (before !== undefined) throw new Broken('I4', `${name} is at ${before} and at ${message.seq}`, message);
      const { epoch } = parseHeader(message.content);
      const newest = this.#epochs.get(dlgId) ?? 0;
      if (epoch < newest) throw new Broken('I21', `${name} is under key ${epoch}, after ${newest}`, message);
      const last = rows.at(-1)?.first;
      if (last && message.sentAt < last.sentAt) {
        throw new Broken('I34', `${name} is of ${message.sentAt}, before ${last.sentAt}`, [last, message]);
      }
      this.#epochs.set(dlgId, epoch);
      this.#seqs.set(name, message.seq);
      rows.push({ first: message });
    }
    return messages;
  }

  /** The database shows the whole log. */
  reread(dlgId: DlgId, messages: readonly Message[]): void {
    const { length } = this.#of(dlgId);
    if (messages.length < length) throw new Broken('I6', `the head of ${dlgId} fell from ${length}`, messages.length);
    for (const message of messages.slice(0, length)) this.shown(dlgId, message, 'the database');
    this.grew(dlgId, messages.slice(length));
  }

  /** Somebody was shown this message. */
  shown(dlgId: DlgId, message: Message, whom: string): void {
    const row = this.#of(dlgId)[message.seq - 1];
    if (!row) throw new Broken('I13', `${whom} was shown ${dlgId} ${message.seq}, which is not in the log`, message);
    const { first } = row;
    const isSamePlace =
      first.msgId === message.msgId &&
      first.fromuid === message.fromuid &&
      first.clientMsgId === message.clientMsgId &&
      first.sentAt === message.sentAt;
    if (!isSamePlace)
      throw new Broken('I5', `${whom} was shown another message at ${dlgId} ${message.seq}`, [first, message]);
    if (message.recalledAt === undefined) {
      if (message.content !== first.content) {
        throw new Broken('I5', `${whom} was shown other content at ${dlgId} ${message.seq}`, [first, message]);
      }
      return;
    }
    if (!row.tombstone && !this.#mayRecall(dlgId, first)) {
      throw new Broken('I1', `${dlgId} ${message.seq} is gone, and its author never took it back`, [first, message]);
    }
    row.tombstone ??= message;
    if (row.tombstone.content !== message.content) {
      throw new Broken('I5', `${whom} was shown another tombstone at ${dlgId} ${message.seq}`, [
        row.tombstone,
        message,
      ]);
    }
  }

  #of(dlgId: DlgId): Row[] {
    const known = this.#rows.get(dlgId) ?? [];
    this.#rows.set(dlgId, known);
    return known;
  }
}

/** None of the three has a blank in it. */
export const nameOf = (dlgId: string, fromuid: string, clientMsgId: string): string =>
  `${dlgId} ${fromuid} ${clientMsgId}`;
