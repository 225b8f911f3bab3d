import { SYSTEM, type ClientMsgId, type Instant, type Seq, type UserId } from '@trialogue/protocol';

import { isSameDay } from '../../utils/time.ts';
import type { Said } from '../../views/groupConversation/timeline.ts';

/** How far one of our own messages has come. */
export type SendState = 'sending' | 'sent' | 'failed';

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
  /** First and last of a run by one person within five minutes. */
  startsGroup: boolean;
  endsGroup: boolean;
}

const PAUSE_MS = 5 * 60_000;

/** Lays out a stretch of the list; it needs one neighbour on each side to group across its edges. */
export function layOut(entries: readonly Entry[], from: number, to: number, unreadFrom?: Seq): Row[] {
  const rows: Row[] = [];
  for (let at = from; at < to; at++) {
    const entry = entries[at];
    if (!entry) continue;
    const before = entries[at - 1];
    const after = entries[at + 1];
    rows.push({
      entry,
      newDay: !before || !isSameDay(before.sentAt, entry.sentAt),
      afterPause: before !== undefined && entry.sentAt - before.sentAt > PAUSE_MS,
      firstUnread: isUnreadEdge(entry, unreadFrom),
      startsGroup: !before || !areTogether(before, entry) || isUnreadEdge(entry, unreadFrom),
      endsGroup: !after || !areTogether(entry, after) || isUnreadEdge(after, unreadFrom),
    });
  }
  return rows;
}

const isUnreadEdge = ({ seq }: Entry, unreadFrom: Seq | undefined): boolean => seq !== undefined && seq === unreadFrom;

/** System lines and recalls stand alone. */
const isSpoken = ({ fromuid, recalled }: Entry): boolean => fromuid !== SYSTEM && !recalled;

const areTogether = (one: Entry, other: Entry): boolean =>
  one.fromuid === other.fromuid &&
  isSpoken(one) &&
  isSpoken(other) &&
  other.sentAt - one.sentAt <= PAUSE_MS &&
  isSameDay(one.sentAt, other.sentAt);

/** The notice of a recall is told in the place of the message itself. */
export const isShown = ({ said, fromuid }: Pick<Entry, 'said' | 'fromuid'>): boolean =>
  !(fromuid === SYSTEM && said.type === 'system' && said.event === 'recalled' && said.seq !== undefined);
