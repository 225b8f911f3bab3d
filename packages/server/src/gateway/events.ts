import {
  clientFrame,
  Malformed,
  type ClientFrame,
  type ClientFrameOf,
  type ClientMsgId,
  type CloseReason,
  type DlgId,
  type Instant,
  type RefusalName,
  type Seq,
  type ServerFrameOf,
  type SessionId,
  type UserId,
} from '@trialogue/protocol';

import type { SignedIn } from '../access/signIn.ts';
import type { Accepted, Actor, Client } from '../chat/ports.ts';
import type { Mark } from './marks.ts';
import type { Outgoing } from './wire.ts';

/** What may happen to a session. */
export type SessionEvent =
  | { readonly type: 'opened'; readonly serverTime: Instant }
  /** A frame arrived; see `heard`. */
  | { readonly type: 'heard'; readonly frame: ClientFrame; readonly bytes: number }
  /** Something arrived that is no frame of ours. */
  | { readonly type: 'garbled'; readonly why: string }
  /** A ping or pong of the WebSocket protocol itself; they are counted. */
  | { readonly type: 'poked' }
  | { readonly type: 'tick' }
  /** The node is going away; this socket shall leave within this time. */
  | { readonly type: 'drain'; readonly inMs: number }
  /** The socket does not read what is sent. */
  | { readonly type: 'choked' }
  /** So much lies unsent that nothing big is to be added. */
  | { readonly type: 'lagging' }
  /** Most of it has gone out. */
  | { readonly type: 'drained' }
  /** The socket is gone. */
  | { readonly type: 'lost' }
  /** A port failed in a way that leaves the outcome unknown. */
  | { readonly type: 'failed' }
  | Answer
  | Notice;

/** Results of effects. `call` is the number that the effect carried. */
export type Answer =
  | { readonly type: 'authenticated'; readonly call: number; readonly who: SignedIn; readonly validMs: number }
  | { readonly type: 'notAuthenticated'; readonly call: number; readonly refusal: RefusalName }
  | { readonly type: 'tookOver'; readonly call: number; readonly isNewest: boolean }
  | ({ readonly type: 'entered'; readonly call: number; readonly dlgId: DlgId } & Entrance)
  | ({ readonly type: 'notEntered'; readonly call: number; readonly dlgId: DlgId } & No)
  | { readonly type: 'caughtUp'; readonly dlgId: DlgId; readonly messages: readonly ServerFrameOf<'message'>[] }
  | { readonly type: 'notCaughtUp'; readonly dlgId: DlgId }
  | ({ readonly type: 'appended'; readonly call: number } & Draft & { readonly accepted: Accepted })
  | ({ readonly type: 'notAppended'; readonly call: number } & Draft & No)
  /** The page is JSON. */
  | { readonly type: 'paged'; readonly id: number; readonly dlgId: DlgId; readonly page: string }
  | ({ readonly type: 'notPaged'; readonly id: number } & No);

/** What the node tells this socket of. Frames are made once and shared with the others. */
export type Notice =
  | { readonly type: 'message'; readonly frame: ServerFrameOf<'message'> }
  | { readonly type: 'receipt'; readonly frame: ServerFrameOf<'receipt'> }
  | { readonly type: 'typing'; readonly frame: ServerFrameOf<'typing'> }
  | { readonly type: 'presence'; readonly frame: ServerFrameOf<'presence'> }
  | { readonly type: 'key'; readonly frame: ServerFrameOf<'key'> }
  /** A conversation of this user has new messages; said to those who do not follow it. */
  | { readonly type: 'head'; readonly frame: ServerFrameOf<'head'> }
  | { readonly type: 'removed'; readonly dlgId: DlgId }
  /** What is known on this node says that it may not stay. */
  | { readonly type: 'notAdmitted'; readonly because: 'revoked' | 'replaced' }
  /** This client has a newer socket. */
  | { readonly type: 'replaced'; readonly client: Client }
  /** The user has bound more sockets than one may have, and this one is the oldest. */
  | { readonly type: 'crowdedOut' }
  | { readonly type: 'revoked'; readonly sessionIds: readonly SessionId[] };

export interface Entrance {
  readonly head: Seq;
  readonly readSeq: Seq;
  readonly dlgKey: string;
  readonly minSeq: Seq;
  readonly logEpoch: string;
  /** Members who are here right now. */
  readonly online: readonly UserId[];
}
export interface Draft {
  /** The number of this try, if the client gave it one. */
  readonly id?: number | undefined;
  readonly dlgId: DlgId;
  readonly clientMsgId: ClientMsgId;
}
export interface No {
  readonly refusal: RefusalName;
  /** In words, for the developer at the other end. */
  readonly says: string;
  readonly retryAfterMs?: number;
}

/** What a session wants done. */
export type Effect =
  | { readonly type: 'transmit'; readonly frame: Outgoing }
  | { readonly type: 'authenticate'; readonly call: number; readonly token: string }
  /** The older sockets of this client are to store nothing any more. */
  | { readonly type: 'takeOver'; readonly call: number; readonly who: Actor & { readonly client: Client } }
  /** From now on this socket is this user's. */
  | { readonly type: 'admit'; readonly who: SignedIn }
  /** From now on bring the notices of this conversation; comes before its `enter`. */
  | { readonly type: 'follow'; readonly dlgId: DlgId }
  | { readonly type: 'unfollow'; readonly dlgId: DlgId }
  | { readonly type: 'enter'; readonly call: number; readonly dlgId: DlgId }
  | { readonly type: 'readAfter'; readonly dlgId: DlgId; readonly after: Seq }
  | ({ readonly type: 'append'; readonly call: number; readonly content: string } & Draft)
  | { readonly type: 'page'; readonly ask: ClientFrameOf<'history'> }
  | ({ readonly type: 'mark'; readonly dlgId: DlgId } & Mark)
  | { readonly type: 'typing'; readonly dlgId: DlgId; readonly isTyping: boolean }
  | { readonly type: 'close'; readonly reason: CloseReason; readonly says: string };

/** What a text frame says. Total: whatever it holds, the answer is an event. */
export function heard(text: string, bytes: number = Buffer.byteLength(text)): SessionEvent {
  try {
    return { type: 'heard', frame: clientFrame.read(JSON.parse(text), 'frame'), bytes };
  } catch (error) {
    return { type: 'garbled', why: error instanceof Malformed ? error.message : 'frame: expected JSON' };
  }
}
