import type { AppId, DlgId, Instant, Message, Urole, UserId } from '@trialogue/protocol';
import type { ClientApi, DataOf, DeskState, DeskStatus, Reply, ServiceCall } from '@trialogue/protocol/api';

import type { Actor, BesideDesk, Draft, Inside, Place, Profile, Room, WrappedKey } from '../ports.ts';

/** A conversation that called for customer service and has nobody of it. */
export interface QueueRow extends Place {
  name: string;
  calledAt: Instant;
  members: Profile[];
}

/** What is written into the conversation when the desk does something about it; only what applies is. */
export interface DeskLines {
  closed?: Draft;
  /** Asks how the service was; right behind `closed`. */
  ratingRequest?: Draft;
  reopened?: Draft;
  taken?: Draft;
  handedOver?: Draft;
}

export interface DeskChange {
  status?: DeskStatus;
  assignee?: UserId | null;
  lines: DeskLines;
  /** Into the notes `lane`, by the actor; kept when something changes, or when it is all there is. */
  note?: { lane: DlgId; draft: Draft };
  now: Instant;
}

/** What a shopper who has come may be told by the server. */
export interface VisitLines {
  greeting?: Draft;
  /** To leave a message with, where customer service is away. */
  form?: Draft;
}

export interface ReplyRow {
  replyId: string;
  /** Title and text. */
  sealed: string;
  scope: Reply['scope'];
}

/**
 * What is kept of the desk: like `Store`, in the same database. Every method is one transaction, and those that take
 * an `Actor` ask the door inside it.
 */
export interface DeskStore extends BesideDesk {
  /**
   * Where the conversation stands, for whoever may do that in it: for `join`, one who could join it now.
   * @throws {Refused} conversation.not_member, desk.not_service
   */
  readDesk(actor: Actor, dlgId: DlgId, deed: 'call' | 'desk' | 'join'): Promise<DeskState>;
  /**
   * @throws {Refused} conversation.not_member, desk.not_service, member.not_found (`assignee` is not customer service of
   * it), key.stale_epoch
   */
  patchDesk(
    actor: Actor,
    dlgId: DlgId,
    change: DeskChange,
  ): Promise<{ desk: DeskState; messages: Message[]; note?: Message }>;
  /**
   * While a call is open, nothing is changed. The `form` is written behind the line, unless the session has had one.
   * @throws {Refused} conversation.not_member, key.stale_epoch
   */
  callService(
    actor: Actor,
    dlgId: DlgId,
    call: { line: Draft; form?: Draft; now: Instant },
  ): Promise<{ calledAt: Instant; messages: Message[] }>;
  /** @throws {Refused} conversation.not_member */
  readCall(actor: Actor, dlgId: DlgId): Promise<Pick<ServiceCall, 'calledAt' | 'before'>>;
  /** What of a visit's lines would be written if the actor came now. @throws {Refused} conversation.not_member */
  readVisit(actor: Actor, dlgId: DlgId): Promise<{ [Line in keyof VisitLines]-?: boolean }>;
  /** Writes those that are still due. @throws {Refused} conversation.not_member, key.stale_epoch */
  visitConversation(actor: Actor, dlgId: DlgId, visit: VisitLines & { now: Instant }): Promise<Message[]>;
  /** The actor's role in it. @throws {Refused} conversation.not_member */
  roleAt(actor: Actor, dlgId: DlgId): Promise<Urole>;
  /**
   * Lets one of customer service into a conversation of the queue, and into the notes about it. A member who is customer
   * service takes it when it has no assignee.
   * @throws {Refused} conversation.not_member, desk.not_service, member.too_many, user.too_many_groups, key.stale_epoch
   */
  joinConversation(
    actor: Actor,
    dlgId: DlgId,
    joining: { joined: Draft; taken: Draft; now: Instant; room: Room },
  ): Promise<{ desk: DeskState; messages: Message[] }>;
  /** For whoever is customer service of the app; longest wait first. @throws {Refused} desk.not_service */
  listQueue(actor: Actor, range: { page: number; size: number }): Promise<{ list: QueueRow[]; total: number }>;
  /** Of each list of the desk, how long it is. @throws {Refused} desk.not_service */
  countDesk(actor: Actor): Promise<DataOf<ClientApi['getDeskCounts']>>;

  /**
   * The notes about a conversation, made when there are none; all its customer service is let in.
   * @throws {Refused} conversation.not_member, desk.not_service
   */
  openLane(actor: Actor, dlgId: DlgId, lane: { dlgId: DlgId; key: WrappedKey; now: Instant }): Promise<DlgId>;

  /** What the platform says of the conversation, and of each member, sealed. @throws {Refused} as `readDesk` */
  readCustomer(
    actor: Actor,
    dlgId: DlgId,
  ): Promise<{ custom?: Record<string, unknown>; members: (Inside & { sealed?: string })[] }>;
  /** @throws {Refused} user.not_found */
  putUserCustom(appId: AppId, userId: UserId, sealed: string | undefined): Promise<void>;

  /** What the app has settled, sealed. */
  readSettings(appId: AppId): Promise<string | undefined>;
  putSettings(appId: AppId, sealed: string): Promise<void>;

  /** Those of the app, then the actor's own, each as they were first kept. @throws {Refused} desk.not_service */
  listReplies(actor: Actor): Promise<ReplyRow[]>;
  /** @throws {Refused} desk.not_service, reply.too_many */
  putReply(actor: Actor, reply: { replyId: string; sealed: string; now: Instant; most: number }): Promise<void>;
  /** @throws {Refused} desk.not_service */
  removeReply(actor: Actor, replyId: string): Promise<void>;
  listAppReplies(appId: AppId): Promise<ReplyRow[]>;
  /** @throws {Refused} reply.too_many */
  putAppReply(appId: AppId, reply: { replyId: string; sealed: string; now: Instant; most: number }): Promise<void>;
  removeAppReply(appId: AppId, replyId: string): Promise<void>;
}
