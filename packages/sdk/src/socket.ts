import type { ClientMsgId, DlgId, Payload } from '@trialogue/protocol';

import type { HistoryPage } from './client/state.ts';
import type { ImEvents, Stored, Waiting } from './events.ts';

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

/** Which message of ours: an event `outbox` and a `Waiting` have both. */
export interface MessageName {
  dlgId: DlgId;
  clientMsgId: ClientMsgId;
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
  /**
   * What waits to be sent in this browser, oldest first: of this page, of one that was closed before it was sent, and of
   * other tabs. The event `outbox` tells the changes.
   */
  outbox(): Waiting[];
  /**
   * Sends a failed message once more: the same bytes, under the same `clientMsgId`, so that it is stored once.
   *
   * @throws {ImError} as `send`; sdk.bad_argument when there is no such message.
   */
  retry(message: MessageName): Promise<Stored>;
  /** Gives up a failed message for good. One that is on its way is left alone. */
  discard(message: MessageName): void;
  /**
   * The user types in the chosen conversation, or has stopped. To be called at every key: it is told at most every three
   * seconds. That the user has stopped is for the page to say; the others forget it after six seconds.
   */
  typing(isTyping: boolean): void;
  /** The user has seen everything up to `seq`. That messages have arrived is told by the SDK itself. */
  markRead(seq: number): void;
  /** Connects anew, at once. Also after `close`, or when the server said to stay away. */
  reconnect(): void;
}
