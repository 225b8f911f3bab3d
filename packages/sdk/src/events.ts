import type { ClientMsgId, DlgId, Instant, MsgId, Seq, UserId } from '@trialogue/protocol';

import type { ConnectionName, ReconnectReason } from './connection/connection.ts';
import type { Opened, Received } from './conversation/received.ts';
import type { Failure, FailureName } from './errors.ts';

/** The server has the message on disk. */
export interface Stored {
  seq: Seq;
  msgId: MsgId;
  sentAt: Instant;
}

/** A message of ours that the server has not acknowledged. */
export interface Waiting {
  dlgId: DlgId;
  clientMsgId: ClientMsgId;
  /** `failed` waits for `retry` or `discard`; the others go out by themselves. */
  state: 'queued' | 'sending' | 'failed';
  /** When it was sent off, by the clock of this device. In this order they go out. */
  at: Instant;
  /** What it says; null as long as its key is not known here: ask again after the event `key` or `opened`. */
  payload: Opened | null;
  /** Why it failed. */
  error?: FailureName;
  /** Another tab of this user looks after it. */
  isElsewhere: boolean;
}

/**
 * What became of a message of ours. `queued` and `sending` may alternate; `sent` and `discarded` are the end, and so
 * is `failed`, unless it is sent again.
 */
export type OutboxEvent = {
  dlgId: DlgId;
  clientMsgId: ClientMsgId;
  /** Of a message that this page has not sent off itself: it waited since before, or is of another tab. */
  waiting?: Waiting;
} &
  /** With an `error` the server could not take it now; it is tried again after `waitMs`. */
  (
    | { state: 'queued'; error?: FailureName; waitMs?: number }
    | { state: 'sending' }
    | ({ state: 'sent' } & Stored)
    | { state: 'failed'; error: FailureName; outcome: Failure['outcome'] }
    | { state: 'discarded' }
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
  opened: {
    dlgId: DlgId;
    head: Seq;
    readSeq: Seq;
    /** What is before it is no longer kept. */
    minSeq: Seq;
    logEpoch: string;
    /** Members who are here right now; `presence` tells the changes. */
    online: UserId[];
  };
  /**
   * What was seen of the conversation is not what the server has, before the next `opened` or `message`.
   * `epoch`: its log was lost or an older one restored; throw away what is shown, and fetch it anew.
   * `retention`: what is between the last message and `minSeq` is no longer kept; show a gap, the next is `minSeq`.
   */
  reset: { dlgId: DlgId; reason: 'epoch' | 'retention'; minSeq: Seq; head: Seq };
  /** Exactly once for each message of the conversation, in ascending `seq` without holes. */
  message: Received;
  outbox: OutboxEvent;
  /** Once: the browser keeps nothing for us, so what waits to be sent is gone with this page. */
  outboxInMemory: { reason: string };
  /** How far a member has come. Never falls. */
  receipt: { dlgId: DlgId; userId: UserId; deliveredSeq: Seq; readSeq: Seq };
  /** A member types. `isTyping: false` comes by itself after six seconds without news. */
  typing: { dlgId: DlgId; userId: UserId; isTyping: boolean };
  /** A member has come, or gone. */
  presence: { dlgId: DlgId; userId: UserId; isOnline: boolean };
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
