import type { Payload } from '@trialogue/protocol';

import type { HistoryPage } from './client/state.ts';
import type { ImEvents, Stored } from './events.ts';

/** The callbacks of `getInstance`. One that throws is reported to `onError`. */
export interface ImHandler {
  onConnect?(e: ImEvents['connect']): void;
  onBindUserSuccess?(e: ImEvents['bound']): void;
  onMessage?(e: ImEvents['message']): void;
  onClose?(e: ImEvents['close']): void;
  onError?(e: ImEvents['error']): void;
  onReConnect?(e: ImEvents['reconnect']): void;
}

export interface ImConfig {
  /** As `getConversation` gives it: `wss://…`. */
  wsAddr: string;
  /** Leave both away to connect first and choose a conversation later, with `updateConfig`. */
  dlgId?: string;
  dlgKey?: string;
  user: { fromuid: string };
  handler?: ImHandler;
  /** Asked once whenever the server wants a new token; without it `onReConnect` says `auth`, and `bindUser` is awaited. */
  getToken?: () => string | Promise<string>;
}

export interface BindUser {
  token: string;
  uid: string;
  /** What the platform told the server with `putUser` counts; these three are taken for compatibility. */
  avatar?: string;
  name?: string;
  remark?: string;
}

export interface SendOptions {
  /** Yours to choose, to send the same message again later: it is stored once. */
  clientMsgId?: string;
  /** Another conversation than the chosen one; its key must be known. */
  dlgId?: string;
}

export interface HistoryOptions {
  /** Only messages with a smaller `seq`; the newest of them. */
  before?: number;
  /** Only messages with a greater `seq`; the oldest of them. */
  after?: number;
  /** 1 to 200; 50 unless told. */
  limit?: number;
  dlgId?: string;
}

/** What an application does with its connection. */
export interface ImSocket {
  /**
   * Says who is talking. After a loss the SDK binds by itself with what was given last.
   *
   * @throws {ImError} sdk.bad_argument, sdk.not_started
   */
  bindUser(user: BindUser): void;
  /** Whether the client is connected, bound or not. */
  getState(): boolean;
  /** Hangs up and stays away. Sends that were not answered are rejected with `sdk.closed`. */
  close(): void;
  /**
   * Turns to another conversation on the same connection, or gives a new key of this one.
   *
   * @throws {ImError} sdk.bad_argument, sdk.not_started
   */
  updateConfig(conversation: { dlgId: string; dlgKey?: string }): void;
  /**
   * Sends a message; settles only once the server has it on disk, however often the connection is lost meanwhile.
   * Waits while there is no connection.
   *
   * @throws {ImError} A refusal of the server by its name, message.too_large, sdk.bad_argument, sdk.no_key,
   * sdk.no_conversation, sdk.outbox_full, sdk.closed, sdk.shut. Of the last two `outcome` may be `unknown`.
   */
  send(payload: Payload, options?: SendOptions): Promise<Stored>;
  /** A page of opened messages in ascending `seq`: by default the newest. Waits while there is no connection. */
  history(options?: HistoryOptions): Promise<HistoryPage>;
  /** The user has seen everything up to `seq`. That messages have arrived is told by the SDK itself. */
  markRead(seq: number): void;
  /** Connects anew, at once. Also after `close`, or when the server said to stay away. */
  reconnect(): void;
}
