import type { DlgId, Payload, Seq, UserId } from '@trialogue/protocol';

import type { Reach } from '../../views/groupConversation/useAside.ts';
import type { People } from './people.ts';
import type { Entry } from './rows.ts';

/** What the list of messages is given. */
export interface ListProps {
  dlgId: DlgId;
  /** All that is held of the conversation, oldest first. */
  entries: readonly Entry[];
  me: UserId;
  people: People;
  /** Whether there is more before the first entry, and how fetching it goes. */
  older: Reach;
  /** The same for what follows the last entry, where the reader has jumped away from the end. */
  newer?: Reach;
  /** The last message of the conversation, shown or not. */
  newest?: Seq | undefined;
  /** Something is missing before what came last. */
  isGapped?: boolean;
  /** What was said before the first entry is no longer kept. */
  isCut?: boolean;
  /** Where the log ended when an older one was restored, if one was. */
  restoredAt?: Seq | undefined;
  /** The first message that was unread when the conversation was opened, and how many were. */
  unreadFrom?: Seq | undefined;
  unreadCount?: number;
  readersOf: (seq: Seq | undefined) => number;
  deliveredTo?: (seq: Seq | undefined) => number;
  others: number;
  /** A message as it is shown, if it is at hand. */
  at?: (seq: Seq) => Entry | undefined;
  canEditAgain: (entry: Entry) => boolean;
  canForward?: boolean;
  /** One may say something here. */
  canSay?: boolean;
  /** Unread messages that name the reader, oldest first. */
  mentions?: readonly Seq[];
  /** Those that are chosen, by key, while several are being chosen. */
  chosen?: ReadonlySet<string> | undefined;
}

/** What it tells. */
export interface ListEvents {
  older: [];
  newer: [];
  /** Whether the newest message is in sight. */
  atEnd: [isAtEnd: boolean];
  /** A row can be seen, at least half of it. */
  seen: [seq: Seq];
  /** A message is to be shown that is not among the entries. Show it once it is: `show`. */
  reach: [seq: Seq];
  /** The end is to be shown, and not among the entries. */
  latest: [];
  retry: [entry: Entry];
  discard: [entry: Entry];
  recall: [entry: Entry];
  editAgain: [entry: Entry];
  quote: [entry: Entry];
  edit: [entry: Entry];
  forward: [entry: Entry];
  report: [entry: Entry];
  readers: [entry: Entry];
  mention: [userId: UserId];
  /** One is chosen, or no more. */
  choose: [entry: Entry];
  say: [payload: Payload];
}
