import type { ClientFrame, ClientMsgId, DlgId, Instant, Page, UserId } from '@trialogue/protocol';

import { connectionDueAt, idle, type Connection } from '../connection/connection.ts';
import { closed, conversationDueAt, type Conversation } from '../conversation/conversation.ts';
import type { Received } from '../conversation/received.ts';
import type { Failure } from '../errors.ts';
import type { Stored, Told } from '../events.ts';
import { outboxDueAt, type Outbox } from '../outbox/outbox.ts';
import type { Asks, Range } from './asks.ts';

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
  readonly renewAt: Instant | undefined;
  readonly rings: ReadonlyMap<DlgId, string>;
  readonly conversation: Conversation | undefined;
  /** How far the conversations were followed that were chosen before this one. */
  readonly seenBefore: ReadonlyMap<DlgId, number>;
  readonly outbox: Outbox;
  readonly asks: Asks;
  readonly lastAsk: number;
}

/** What happens to the client. */
export type ClientEvent =
  | { type: 'start' | 'stop' | 'woke' | 'noToken' | 'due' }
  | { type: 'bindUser'; credentials: Credentials }
  | { type: 'token'; token: string }
  | { type: 'choose'; dlgId: DlgId; dlgKey?: string }
  | { type: 'send'; dlgId: DlgId; clientMsgId: ClientMsgId; content: string }
  | { type: 'history'; dlgId: DlgId; range: Range; key: string }
  | { type: 'read'; seq: number }
  /** Of the socket with this number. */
  | { type: 'opened'; line: number }
  | { type: 'heard'; line: number; data: unknown }
  | { type: 'lost'; line: number; code: number; reason?: string };

/** What the client wants done. Whoever drives it does this in the order given. */
export type Effect =
  | { do: 'dial'; line: number; url: string }
  | { do: 'hangUp'; line: number }
  | { do: 'transmit'; line: number; frame: ClientFrame }
  | { do: 'tell'; told: Told }
  | { do: 'askToken' }
  | { do: 'settle'; key: string; answer: Answer };

/** What a promise of the application ends with. */
export type Answer =
  | { ok: Stored | HistoryPage }
  /** `content`: the sealed bytes whose fate is unknown; sending the message again must use them. */
  | { failure: Failure; content?: string };

/** A page of history, opened. */
export interface HistoryPage extends Omit<Page, 'list'> {
  list: Received[];
}

/** Names the promise of one message. Neither id has a blank in it. */
export const sendKey = (dlgId: string, clientMsgId: string): string => `${dlgId} ${clientMsgId}`;

export const begin = (config: ClientConfig): ClientState => ({
  config,
  connection: idle,
  line: 0,
  heardAt: 0,
  credentials: undefined,
  spentTokens: [],
  serverAheadMs: 0,
  renewAt: undefined,
  rings: new Map(config.dlgId && config.dlgKey ? [[config.dlgId, config.dlgKey]] : []),
  conversation: config.dlgId ? closed(config.dlgId) : undefined,
  seenBefore: new Map(),
  outbox: [],
  asks: new Map(),
  lastAsk: 0,
});

/** When to step with `due` although nothing happened; undefined: never. */
export function dueAt({ connection, heardAt, renewAt, conversation, outbox, asks }: ClientState): Instant | undefined {
  const times = [connectionDueAt(connection, heardAt)];
  if (connection.name === 'live') {
    times.push(renewAt, conversation && conversationDueAt(conversation), outboxDueAt(outbox));
    for (const ask of asks.values()) times.push(ask.until);
  }
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
