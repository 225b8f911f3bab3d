import type { ClientMsgId, DlgId, Instant, MsgId, Seq, UserId } from '@trialogue/protocol';

import type { ConnectionName, ReconnectReason } from './connection/connection.ts';
import type { Received } from './conversation/received.ts';
import type { Failure, FailureName } from './errors.ts';

/** The server has the message on disk. */
export interface Stored {
  seq: Seq;
  msgId: MsgId;
  sentAt: Instant;
}

/** What became of a message of ours. `queued` and `sending` may alternate; `sent` and `failed` are the end. */
export type OutboxEvent = { dlgId: DlgId; clientMsgId: ClientMsgId } & (
  | { state: 'queued'; error?: FailureName }
  | { state: 'sending' }
  | ({ state: 'sent' } & Stored)
  | { state: 'failed'; error: FailureName; outcome: Failure['outcome'] }
);

/** Something went wrong that no promise of the application is waiting for. */
export interface ImErrorEvent extends Failure {
  dlgId?: DlgId;
  seq?: Seq;
  cause?: unknown;
}

/** Everything that `on` can hear. */
export interface ImEvents {
  /** The server has greeted; `bindUser` may be called. Again after each reconnect, where the SDK binds by itself. */
  connect: { serverTime: Instant };
  /** The user is bound. Again after each reconnect. */
  bound: { userId: UserId; expiresAt: Instant };
  /** Live messages of the conversation flow from `head + 1` on; `history` gives what is before. */
  opened: { dlgId: DlgId; head: Seq; readSeq: Seq };
  /** Exactly once for each message of the conversation, in ascending `seq` without holes. */
  message: Received;
  outbox: OutboxEvent;
  /** How far a member has come. Never falls. */
  receipt: { dlgId: DlgId; userId: UserId; deliveredSeq: Seq; readSeq: Seq };
  /** Another conversation of the user has messages up to `head`. */
  head: { dlgId: DlgId; head: Seq };
  /** The conversation has another keyring than the application gave; for `decrypt` from now on. */
  key: { dlgId: DlgId; dlgKey: string };
  /** The user is no longer in the conversation. */
  left: { dlgId: DlgId };
  state: { name: ConnectionName; was: ConnectionName };
  /** The SDK is about to connect again, in `delayMs`; with `auth` it waits for `bindUser` with a new token. */
  reconnect: { attempt: number; delayMs: number; reason: ReconnectReason };
  /** The connection is gone. */
  close: { code: number; reason: string; willReconnect: boolean };
  error: ImErrorEvent;
}

export type ImEventName = keyof ImEvents;

/** One event with its name, as the pure client hands it out. */
export type Told = { [Name in ImEventName]: { name: Name; detail: ImEvents[Name] } }[ImEventName];
