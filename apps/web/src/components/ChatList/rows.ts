import { SYSTEM, type ClientMsgId, type Instant, type PayloadOf, type Seq, type UserId } from '@trialogue/protocol';

import { isSameDay } from '../../utils/time.ts';
import type { Said } from '../../views/groupConversation/timeline.ts';

/** How far one of our own messages has come. `queued`: it goes out by itself when it can. */
export type SendState = 'queued' | 'sending' | 'sent' | 'failed';

/** What somebody answered to a card. It is shown in the card, not as a row of its own. */
export interface Answer {
  seq: Seq;
  fromuid: UserId;
  said: PayloadOf<'rating' | 'formAnswer' | 'text'>;
  sentAt: Instant;
}

/** One message as the list shows it. */
export interface Entry {
  /** The same from the first moment on screen, stored or not. */
  key: string;
  /** None until the server has stored it. */
  seq: Seq | undefined;
  clientMsgId: ClientMsgId;
  fromuid: UserId;
  said: Said;
  sentAt: Instant;
  recalled: boolean;
  state: SendState;
  /** The refusal that it waits or failed for, by its name. */
  error?: string | undefined;
  /** When it is tried again, by our clock; of `queued`, where the server has said so. */
  until?: Instant | undefined;
  /** Its author has said it in other words since: these. */
  isEdited?: boolean;
  /** What was answered to a form, a request for a rating or quick replies: the last of each person, oldest first. */
  answers?: readonly Answer[];
  /** It was said in this very tab, just now. */
  isFresh?: boolean;
}

/** A message with its place among its neighbours. */
export interface Row {
  entry: Entry;
  /** The day begins here. */
  newDay: boolean;
  /** More than five minutes after the one before: the time is said. */
  afterPause: boolean;
  /** The first that was unread when the conversation was opened. */
  firstUnread: boolean;
  /** The first that was said after an older log was restored: what stood between may be lost. */
  afterRestore: boolean;
  /** First and last of a run by one person within five minutes. */
  startsGroup: boolean;
  endsGroup: boolean;
}

const PAUSE_MS = 5 * 60_000;

export interface Dividers {
  /** The first message that was unread when the conversation was opened. */
  unreadFrom?: Seq | undefined;
  /** Where the log ended when an older one was restored. */
  restoredAt?: Seq | undefined;
}

/** Lays out a stretch of the list; it needs one neighbour on each side to group across its edges. */
export function layOut(
  entries: readonly Entry[],
  from: number,
  to: number,
  { unreadFrom, restoredAt }: Dividers = {},
): Row[] {
  const rows: Row[] = [];
  const isEdge = (before: Entry, entry: Entry) =>
    isUnreadEdge(before, entry, unreadFrom) || isRestoreEdge(before, entry, restoredAt);
  for (let at = from; at < to; at++) {
    const entry = entries[at];
    if (!entry) continue;
    const before = entries[at - 1];
    const after = entries[at + 1];
    rows.push({
      entry,
      newDay: !before || !isSameDay(before.sentAt, entry.sentAt),
      afterPause: before !== undefined && entry.sentAt - before.sentAt > PAUSE_MS,
      firstUnread: isUnreadEdge(before, entry, unreadFrom),
      afterRestore: isRestoreEdge(before, entry, restoredAt),
      startsGroup: !before || !areTogether(before, entry) || isEdge(before, entry),
      endsGroup: !after || !areTogether(entry, after) || isEdge(entry, after),
    });
  }
  return rows;
}

/** Those that are as they were before are the same objects: nothing of them is drawn again. */
export function withKept(rows: readonly Row[], before: readonly Row[] = []): readonly Row[] {
  const known = new Map(before.map((row) => [row.entry, row]));
  return rows.map((row) => {
    const was = known.get(row.entry);
    return was && isSame(was, row) ? was : row;
  });
}

const isSame = (one: Row, other: Row): boolean =>
  (Object.keys(one) as (keyof Row)[]).every((name) => one[name] === other[name]);

/** The very first unread message may have no row of its own: the line is above the next that has one. */
const isUnreadEdge = (before: Entry | undefined, entry: Entry, unreadFrom: Seq | undefined): boolean =>
  unreadFrom !== undefined &&
  entry.seq !== undefined &&
  (entry.seq === unreadFrom || (entry.seq > unreadFrom && isUpTo(unreadFrom - 1, before)));

const isRestoreEdge = (before: Entry | undefined, entry: Entry, restoredAt: Seq | undefined): boolean =>
  restoredAt !== undefined && isUpTo(restoredAt, before) && !isUpTo(restoredAt, entry);

export const isUpTo = (seq: Seq, entry: Entry | undefined): boolean => entry?.seq !== undefined && entry.seq <= seq;

/** System lines and recalls stand alone. */
const isSpoken = ({ fromuid, recalled, said }: Entry): boolean =>
  fromuid !== SYSTEM && !recalled && said.type !== 'formAnswer';

const areTogether = (one: Entry, other: Entry): boolean =>
  one.fromuid === other.fromuid &&
  isSpoken(one) &&
  isSpoken(other) &&
  other.sentAt - one.sentAt <= PAUSE_MS &&
  isSameDay(one.sentAt, other.sentAt);
