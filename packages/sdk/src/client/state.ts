import type { ClientFrame, DlgId, Instant, Page, Seq, Sid, UserId } from '@trialogue/protocol';

import { NEVER } from '../connection/clock.ts';
import { connectionDueAt, idle, type Connection } from '../connection/connection.ts';
import { closed, conversationDueAt, type Conversation, type Seen } from '../conversation/conversation.ts';
import type { Received } from '../conversation/received.ts';
import type { Failure } from '../errors.ts';
import type { OutboxEvent, Stored, Told } from '../events.ts';
import { expiryOf, outboxDueAt, type Entry, type Name, type Outbox } from '../outbox/outbox.ts';
import type { Receipts } from '../timeline/receipts.ts';
import { typingDueAt, type Typing } from '../timeline/typing.ts';
import type { Asks } from './asks.ts';

/** What a connection is made with. */
export interface ClientConfig {
  wsAddr: string;
  fromuid: UserId;
  /** The conversation to open; none: wait for `updateConfig`. */
  dlgId?: DlgId;
  /** Its keyring; without it, the one that the server gives. */
  dlgKey?: string;
  /** Whether a new token can be asked for. */
  canAsk: boolean;
  /** Names this client. Its sockets are counted, and a newer one takes the place of an older one. */
  sid: Sid;
}

export interface Credentials {
  token: string;
  uid: UserId;
}

/** The whole client as one value. */
export interface ClientState {
  readonly config: ClientConfig;
  readonly connection: Connection;
  /** Number of the socket dialed last. What other sockets still say is not heard. */
  readonly line: number;
  readonly heardAt: Instant;
  readonly credentials: Credentials | undefined;
  /** Tokens of this user that a newer one has replaced: nobody goes back to them. */
  readonly spentTokens: readonly string[];
  /** What the server's clock is ahead of ours: its times are by its own. */
  readonly serverAheadMs: number;
  /** When to ask for the next token, so that the connection need not end with this one. */
  readonly renewAt: Instant;
  readonly rings: ReadonlyMap<DlgId, string>;
  readonly conversation: Conversation | undefined;
  /** How far the conversations were followed that were chosen before this one. */
  readonly seenBefore: ReadonlyMap<DlgId, Seen>;
  readonly typing: Typing;
  readonly receipts: Receipts;
  readonly unsent: Outbox;
  /** What was kept of this user's outbox has been looked through. Before that nothing is sent: it was there first. */
  readonly isRestored: boolean;
  readonly asks: Asks;
  readonly lastAsk: number;
}

/** What the client wants done outside of it. None of it may throw. */
export interface Outside {
  dial(line: number, url: string): void;
  hangUp(): void;
  askToken(): void;
  transmit(frame: ClientFrame): void;
  tell(told: Told): void;
  /** Looks up what was kept of the outbox of this user; answered by `restored`, always. */
  restore(uid: UserId, isFirst: boolean): void;
  keep(entry: Entry): void;
  forget(name: Name): void;
  share(news: News): void;
  settle(key: string, answer: Answer): void;
}

/** What a promise of the application ends with. */
export type Answer = { ok: Stored | HistoryPage } | { failure: Failure };

/** What one tab tells the others of the same user. */
export type News =
  /** What became of a message of ours. */
  { what: OutboxEvent; content: string; at: Instant } | { dlgId: DlgId; readSeq: Seq };

/** A page of history, opened. */
export interface HistoryPage extends Omit<Page, 'list'> {
  list: Received[];
}

/** Names the promise of one message. Neither id has a blank in it. */
export const sendKey = ({ dlgId, clientMsgId }: Name): string => `${dlgId} ${clientMsgId}`;

export const begin = (config: ClientConfig): ClientState => ({
  config,
  connection: idle,
  line: 0,
  heardAt: 0,
  credentials: undefined,
  spentTokens: [],
  serverAheadMs: 0,
  renewAt: NEVER,
  rings: new Map(config.dlgId && config.dlgKey ? [[config.dlgId, config.dlgKey]] : []),
  conversation: config.dlgId ? closed(config.dlgId) : undefined,
  seenBefore: new Map(),
  typing: new Map(),
  receipts: new Map(),
  unsent: [],
  isRestored: false,
  asks: new Map(),
  lastAsk: 0,
});

/** When to step with `due` although nothing happened. */
export function dueAt({
  connection,
  heardAt,
  renewAt,
  conversation,
  unsent,
  isRestored,
  asks,
  typing,
}: ClientState): Instant {
  const times = [connectionDueAt(connection, heardAt), typingDueAt(typing), ...unsent.map(expiryOf)];
  if (connection.stage === 'live') {
    times.push(renewAt, conversationDueAt(conversation), isRestored ? outboxDueAt(unsent) : NEVER);
    for (const ask of asks.values()) times.push(ask.until);
  }
  return Math.min(...times);
}

export const userOf = ({ credentials, config }: ClientState): UserId => credentials?.uid ?? config.fromuid;
