import type {
  AppId,
  ClientMsgId,
  DlgId,
  FileId,
  Instant,
  KeyEpoch,
  Limits,
  Message,
  MsgId,
  Page,
  Seq,
  SessionId,
  Sid,
  Urole,
  UserId,
} from '@trialogue/protocol';
import type { DeskState, DlgFilter } from '@trialogue/protocol/api';

/** Wall clock of this node, for what people see and for expiry. Order never depends on it. */
export interface Clock {
  now(): Instant;
}

/** Unguessable bytes: for ids, keys and nonces of this node. */
export interface Random {
  bytes(count: number): Uint8Array;
}

/** Where trouble is reported that nobody can be told about. `ids` are ids: never a text, a key or a token. */
export type Warn = (what: string, ids: Record<string, string | number>, error: unknown) => void;

/** One user of one app, proved by a token. */
export interface Actor {
  appId: AppId;
  userId: UserId;
  sessionId: SessionId;
  /** A session that came from a link may touch this conversation and no other. */
  onlyDlg?: DlgId;
  /** The running client that asks over a socket, and which of its sockets this is. A newer one fences the older off. */
  client?: Client;
}

export interface Client {
  sid: Sid;
  fence: number;
}

export interface Profile {
  userId: UserId;
  name: string;
  avatar: string;
  remark: string;
  urole: Urole;
}

/** A member as others see it. */
export interface Inside extends Profile {
  /** May not write before; may be over. Absent for who was never muted. */
  mutedUntil?: Instant;
}

export interface App {
  appId: AppId;
  /** SHA-256 of the secret, hex: how a request is recognised. */
  secretHash: string;
  /** The secret itself under the master key: how tickets are verified. */
  secretWrapped: string;
  /** The secret before it, while both count: a backend changes over without a gap. */
  older?: { secretHash: string; secretWrapped: string };
  /** Exact origins that may embed the pages of this app. */
  origins: string[];
}

/** A conversation key as it lies on disk: sealed under the master key. */
export interface WrappedKey {
  epoch: KeyEpoch;
  wrapped: string;
}

export interface Place {
  appId: AppId;
  dlgId: DlgId;
}

/** One message, sealed and ready to be kept. */
export interface Draft {
  msgId: MsgId;
  clientMsgId: ClientMsgId;
  fromuid: UserId;
  content: string;
  /** The epoch that `content` names; refused when it is not the current one. */
  epoch: KeyEpoch;
}

export interface Accepted {
  seq: Seq;
  msgId: MsgId;
  sentAt: Instant;
  /** The message had been stored before; this is the first answer again. */
  repeated: boolean;
  /** It opened again what customer service had closed, and nothing in the conversation says so yet. */
  reopened?: true;
}

export interface MemberRow extends Inside {
  readSeq: Seq;
  deliveredSeq: Seq;
}

/** Where a conversation stands. Whenever a member goes, a new epoch begins. */
export interface Head extends Place {
  head: Seq;
  epoch: KeyEpoch;
}

export interface ConversationRow extends Place {
  name: string;
  /** Highest seq; 0 while empty. */
  head: Seq;
  /** Lowest seq that is kept; `head + 1` when none is. */
  minSeq: Seq;
  /** Changes only when messages were lost or an older copy of the database was restored (I18). */
  logEpoch: string;
  epoch: KeyEpoch;
  updatedAt: Instant;
  custom?: Record<string, unknown>;
}

export interface ConversationSummary extends ConversationRow {
  keys: WrappedKey[];
  unread: number;
  readSeq: Seq;
  lastMessage: Message | null;
  members: Profile[];
  /** Only where the one who asks is customer service. */
  desk?: DeskState;
}

export interface Range {
  before?: Seq;
  after?: Seq;
  limit: number;
}

export interface SessionRow {
  sessionId: SessionId;
  appId: AppId;
  userId: UserId;
  onlyDlg?: DlgId;
  /** SHA-256 of the current refresh token, hex. */
  refreshHash: string;
  createdAt: Instant;
  /** After this it ends, used or not. */
  expiresAt: Instant;
  /** After this it ends unless refreshed. */
  idleAt: Instant;
  endedAt?: Instant;
}

export interface FileRow {
  fileId: FileId;
  /** Name and type, sealed under the file's key. */
  metaSealed: string;
  keyWrapped: string;
  size: number;
  uploaderId: UserId;
  createdAt: Instant;
}

/** How many may be in one conversation, and one in how many; as they come when left out. */
export type Room = Pick<Limits, 'membersPerGroup' | 'groupsPerUser' | 'groupsPerAgent'>;

/**
 * What is kept. Every method is one transaction: all of it happens, or none.
 *
 * Methods that take an `Actor` decide inside that transaction whether the actor may (see access.ts), so a member
 * who is removed meanwhile cannot slip through. Those answer `conversation.not_member` alike for a conversation
 * that is absent and one that is foreign.
 *
 * An answer of a writing method means the change is on disk.
 */
export interface Store {
  // Apps and users
  putApp(app: App): Promise<void>;
  findApp(appId: AppId): Promise<App | undefined>;
  findAppBySecretHash(secretHash: string): Promise<App | undefined>;
  listApps(): Promise<App[]>;
  putUser(appId: AppId, profile: Profile): Promise<void>;
  findUser(appId: AppId, userId: UserId): Promise<Profile | undefined>;

  // Sessions and tickets
  createSession(session: SessionRow): Promise<void>;
  findSession(sessionId: SessionId): Promise<SessionRow | undefined>;
  /**
   * Swaps the refresh token of the session that holds `oldHash`. A token that was swapped before is a sign of
   * theft: its whole session ends. Undefined when there is no such session, or it has ended or expired.
   */
  rotateRefresh(change: {
    oldHash: string;
    newHash: string;
    now: Instant;
    idleAt: Instant;
  }): Promise<SessionRow | undefined>;
  /**
   * From now on what older sockets of this client still send is refused (I28). False, and nothing is changed, when
   * there is one with this fence or a higher one already.
   */
  raiseFence(actor: Actor & { client: Client }, now: Instant): Promise<boolean>;
  endSession(sessionId: SessionId, now: Instant): Promise<void>;
  /** Ends every session of the user and names them. */
  endSessionsOf(appId: AppId, userId: UserId, now: Instant): Promise<SessionId[]>;
  /** Which of these sessions have ended, are over, or are not there at all. */
  endedAmong(sessionIds: readonly SessionId[], now: Instant): Promise<SessionId[]>;
  /** True for the first caller only, whoever asks at the same time. */
  useTicket(ticket: { appId: AppId; jti: string; expiresAt: Instant }): Promise<boolean>;
  /** Drops used tickets, and sessions and fences that ended or lay still for more than a day. To be called now and then. */
  forgetExpired(now: Instant): Promise<void>;

  // Conversations
  /** @throws {Refused} conversation.exists, user.not_found, member.too_many, user.too_many_groups */
  createConversation(
    conversation: Place & {
      name: string;
      custom?: Record<string, unknown>;
      members: { userId: UserId; urole?: Urole }[];
      key: WrappedKey;
      now: Instant;
      room?: Room;
    },
  ): Promise<void>;
  findConversation(place: Place): Promise<ConversationRow | undefined>;
  /** As the member sees it. @throws {Refused} conversation.not_member */
  enterConversation(
    actor: Actor,
    dlgId: DlgId,
  ): Promise<{ conversation: ConversationRow; keys: WrappedKey[]; me: MemberRow }>;
  listConversations(
    actor: Actor,
    range: { page: number; size: number; keyword?: string; filter?: DlgFilter },
  ): Promise<{ list: ConversationSummary[]; total: number }>;
  /** @throws {Refused} conversation.not_member */
  listMembers(actor: Actor, dlgId: DlgId): Promise<MemberRow[]>;
  /** For fan-out and the platform: whoever is in it now. Empty when there is no such conversation. */
  membersOf(place: Place): Promise<Inside[]>;
  keysOf(place: Place): Promise<WrappedKey[]>;
  /** For a node that looks whether it has missed anything. A conversation that is not there is left out. */
  headsOf(places: readonly Place[]): Promise<Head[]>;

  /**
   * Adds members who are not in it yet, and one system message for each of them. Those of customer service are let into
   * the notes about it, where there are some.
   * @throws {Refused} conversation.not_found, user.not_found, member.too_many, user.too_many_groups, key.stale_epoch
   */
  addMembers(
    place: Place,
    change: { members: { userId: UserId; urole?: Urole; notice: Draft }[]; now: Instant; room?: Room },
  ): Promise<{ added: UserId[]; messages: Message[] }>;
  /**
   * Removes a member, starts the epoch of `key` and writes `notice` under it. Whoever is in the notes about it too is
   * removed from both at once, or from neither: `laneKey` starts the next epoch of those.
   * @throws {Refused} conversation.not_found, member.not_found, key.stale_epoch (a key is not of the next epoch, or one
   * is needed that was not given)
   */
  removeMember(
    place: Place,
    change: { userId: UserId; key: WrappedKey; notice: Draft; now: Instant; laneKey?: WrappedKey },
  ): Promise<Message>;

  /**
   * Destroys the conversation, the notes about it, and their keys: nobody finds what is left of them, and nothing opens
   * it. Names the files whose bytes can go.
   * @throws {Refused} conversation.not_found
   */
  shredConversation(place: Place): Promise<FileId[]>;
  /** Removes what is left of such conversations, a bounded number of rows at a time. @returns how many; 0: nothing is. */
  dropShredded(): Promise<number>;

  // Messages
  /**
   * Gives the message the next seq of its conversation. The same `(conversation, fromuid, clientMsgId)` again gives
   * the first answer again.
   * @throws {Refused} conversation.not_member, key.stale_epoch, message.id_conflict (same id, other content),
   * socket.replaced (`actor.client` has a newer socket; decided in the same transaction)
   */
  appendMessage(actor: Actor, dlgId: DlgId, draft: Draft, now: Instant): Promise<Accepted>;
  /** The same in the name of a member, for the platform. */
  appendFor(place: Place, draft: Draft, now: Instant): Promise<Accepted>;
  findByClientMsgId(place: Place, fromuid: UserId, clientMsgId: ClientMsgId): Promise<Message | undefined>;
  /** @throws {Refused} conversation.not_member */
  readPage(actor: Actor, dlgId: DlgId, range: Range): Promise<Page>;
  /**
   * The same as JSON, cut to what a socket takes at once. It is printed where it is read, and crosses from thread to
   * thread as one text, not field by field.
   * @throws {Refused} conversation.not_member
   */
  printPage(actor: Actor, dlgId: DlgId, range: Range): Promise<string>;
  /** For fan-out and transcripts: without asking who reads. */
  messagesAfter(place: Place, after: Seq, limit: number): Promise<Message[]>;
  /**
   * Puts the tombstone in place of the content and appends the notice.
   * @throws {Refused} conversation.not_member, message.not_found, message.not_author, message.too_old, key.stale_epoch
   */
  recallMessage(
    actor: Actor,
    dlgId: DlgId,
    recall: { seq: Seq; tombstone: string; notice: Draft; notBefore: Instant; now: Instant },
  ): Promise<{ recalled: Message; notice: Message } | { repeated: true }>;
  /**
   * Drops the messages that were stored before `before`, a bounded number at a time, and raises `minSeq` with them. That a
   * `clientMsgId` was used is remembered for `dedupeMs` all the same, and forgotten then by later calls. What is
   * gone is unread for nobody. Of one app, where it is named. @returns how many rows went; 0: there are no more.
   */
  dropMessages(before: Instant, now: Instant, dedupeMs?: number, appId?: AppId): Promise<number>;
  /** One message, for whoever is about to recall it. @throws {Refused} conversation.not_member, message.not_found */
  readMessage(actor: Actor, dlgId: DlgId, seq: Seq): Promise<Message>;
  /**
   * Raises the marks of the actor; they never fall and never pass the head.
   * @throws {Refused} conversation.not_member
   */
  raiseMarks(
    actor: Actor,
    dlgId: DlgId,
    marks: { deliveredSeq?: Seq; readSeq?: Seq },
  ): Promise<{ deliveredSeq: Seq; readSeq: Seq; changed: boolean }>;

  // Files
  /** @throws {Refused} conversation.not_member */
  putFile(actor: Actor, dlgId: DlgId, file: FileRow): Promise<void>;
  /** @throws {Refused} conversation.not_member, file.not_found */
  findFile(actor: Actor, dlgId: DlgId, fileId: FileId): Promise<FileRow>;
  /** Forgets files that were uploaded before `before`, a bounded number at a time, and names them: their bytes can go. Of one app, where it is named. */
  dropFiles(before: Instant, appId?: AppId): Promise<FileId[]>;

  /** Answers when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** What the conversations themselves ask of the desk, where there is one. */
export interface BesideDesk {
  /** The notes about a conversation, once there are some. */
  laneOf(place: Place): Promise<DlgId | undefined>;
  /** What was closed before the message at `seq` is closed still, unless something came after it. */
  keepClosed(place: Place, seq: Seq): Promise<void>;
}

/** What happened, for every node. Holds ids and sealed content only. */
export type Notice =
  | { kind: 'message'; appId: AppId; dlgId: DlgId; message: Message }
  | { kind: 'receipt'; appId: AppId; dlgId: DlgId; userId: UserId; deliveredSeq: Seq; readSeq: Seq }
  | { kind: 'typing'; appId: AppId; dlgId: DlgId; userId: UserId; isTyping: boolean }
  /** Said of users whose first socket on a node is bound or whose last one is gone, and again now and then of all who are there. */
  | { kind: 'presence'; appId: AppId; userIds: UserId[]; isOnline: boolean }
  /** A client has a newer socket: older ones are closed, wherever they are. */
  | { kind: 'replaced'; appId: AppId; userId: UserId; sid: Sid; fence: number }
  | { kind: 'removed'; appId: AppId; dlgId: DlgId; userId: UserId }
  | { kind: 'key'; appId: AppId; dlgId: DlgId }
  | { kind: 'revoked'; appId: AppId; userId: UserId; sessionIds: SessionId[] };

/** Carries each notice to every node, this one included. It may lose, double or reorder: the log is the truth. */
export interface Bus {
  tell(notice: Notice): Promise<void>;
  /** Calls `hear` for every notice from now on. Returns how to stop. */
  listen(hear: (notice: Notice) => void): () => void;
  close(): Promise<void>;
}

/** Opens and closes conversation keys and other secrets that lie on disk. `access/masterKey.ts`. */
export interface KeyWrap {
  /** `context` is bound to the result: what it is for, of whom. The same words are needed to open it. */
  wrap(secret: Uint8Array, context: readonly string[]): string;
  /** @throws {Error} when the wrapped secret is not of this context or not under this master key. */
  unwrap(wrapped: string, context: readonly string[]): Uint8Array;
}

/** Bytes of files, already sealed, by id. `files/disk.ts`. */
export interface FileStore {
  put(fileId: FileId, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  get(fileId: FileId): AsyncIterable<Uint8Array>;
  remove(fileId: FileId): Promise<void>;
  halves: HalfFiles;
}

/** Files that come in pieces, until they are whole. They outlive a restart. */
export interface HalfFiles {
  /** @param note what has to be known of the file by whoever goes on with it */
  begin(fileId: FileId, note: string): Promise<void>;
  /** None when it was never begun, or is over. */
  find(fileId: FileId): Promise<{ note: string; size: number } | undefined>;
  /** Adds bytes at a place; what lay behind it is gone. When they break off, those that came stay. */
  append(fileId: FileId, at: number, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /** What is there of it so far; of a file that was made whole and not yet let go, all of it. */
  read(fileId: FileId): AsyncIterable<Uint8Array>;
  /** All of it is on disk and it is a file as if it had been put. It can be found here until it is let go. */
  makeWhole(fileId: FileId): Promise<void>;
  /** Forgets it: with its bytes, unless they are a whole file by now. */
  letGo(fileId: FileId): Promise<void>;
  /** Forgets all that nobody has added to since. */
  tidy(before: Instant): Promise<void>;
}

/** How often somebody may do what costs others something. `access/rates.ts`. */
export interface ChatRates {
  /**
   * One more message of this user, and of this conversation. To be called back when it was refused after all: who is not
   * in a conversation cannot use up what its members may send.
   * @throws {Refused} rate.limited
   */
  send(actor: Actor, dlgId: DlgId): () => void;
  /** One more file of this user. To be called with the bytes of it as they come in. @throws {Refused} rate.limited, each */
  upload(actor: Actor): (bytes: number) => void;
  /** More bytes of a file that was counted before. @throws {Refused} rate.limited */
  uploaded(actor: Actor, bytes: number): void;
  /** One more message that this user reports. @throws {Refused} rate.limited */
  report(actor: Actor): void;
}

/** Who is here right now. `gateway/registry.ts`. */
export interface Presence {
  isOnline(appId: AppId, userId: UserId): boolean;
}
