import type {
  AppId,
  ClientMsgId,
  DlgId,
  FileId,
  Message,
  Page,
  Payload,
  Seq,
  Urole,
  UserId,
} from '@trialogue/protocol';
import type { ClientApi, DataOf, DlgFilter, PlatformApi } from '@trialogue/protocol/api';

import type { Accepted, Actor, Client, Head, Place, Profile } from './ports.ts';

/** What members may do. The socket and the client API call the same functions. */
export interface Chat {
  /**
   * Keeps one sealed message, then tells the other nodes. An answer means the message is on disk.
   * @throws {Refused} conversation.not_member, envelope.*, message.too_large, message.id_conflict, key.stale_epoch
   */
  send(actor: Actor, draft: { dlgId: DlgId; clientMsgId: ClientMsgId; content: string }): Promise<Accepted>;
  /**
   * The newer socket of a client takes the place of its older ones, on every node (I28). False when there is one that
   * is newer still.
   */
  takeOver(actor: Actor & { client: Client }): Promise<boolean>;
  history(actor: Actor, dlgId: DlgId, range: { before?: Seq; after?: Seq; limit?: number }): Promise<Page>;
  /** The same as JSON, and no heavier than what a socket takes at once. */
  printHistory(actor: Actor, dlgId: DlgId, range: { before?: Seq; after?: Seq; limit?: number }): Promise<string>;
  /** Where the member stands in the conversation, and its keyring. */
  enter(actor: Actor, dlgId: DlgId): Promise<Entered>;
  conversations(
    actor: Actor,
    range: { page?: number; size?: number; keyword?: string; filter?: DlgFilter },
  ): Promise<DataOf<ClientApi['getDlgPage']>>;
  members(actor: Actor, dlgId: DlgId): Promise<DataOf<ClientApi['getMemberList']>>;
  markRead(actor: Actor, dlgId: DlgId, seq: Seq): Promise<{ readSeq: Seq }>;
  markDelivered(actor: Actor, dlgId: DlgId, seq: Seq): Promise<void>;
  recall(actor: Actor, dlgId: DlgId, seq: Seq): Promise<{ seq: Seq }>;
  keepFile(
    actor: Actor,
    dlgId: DlgId,
    file: { name: string; mime: string; bytes: AsyncIterable<Uint8Array> },
  ): Promise<DataOf<ClientApi['uploadFile']>>;
  uploads: Uploads;
  openFile(
    actor: Actor,
    dlgId: DlgId,
    fileId: FileId,
  ): Promise<{ name: string; mime: string; size: number; bytes: AsyncIterable<Uint8Array> }>;
}

/** Files that come in pieces. An upload is its uploader's: for everybody else it is not there. */
export interface Uploads {
  begin(actor: Actor, dlgId: DlgId, file: { name: string; mime: string; size: number }): Promise<Progress>;
  /** Takes the next piece, if it begins where the file ends so far; the answer says where that is now. */
  goOn(
    actor: Actor,
    dlgId: DlgId,
    uploadId: FileId,
    offset: number,
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<Progress>;
  find(actor: Actor, dlgId: DlgId, uploadId: FileId): Promise<Progress>;
  cancel(actor: Actor, dlgId: DlgId, uploadId: FileId): Promise<void>;
}
type Progress = DataOf<ClientApi['getUpload']>;

export interface Entered {
  name: string;
  head: Seq;
  readSeq: Seq;
  dlgKey: string;
  minSeq: Seq;
  logEpoch: string;
  me: Profile;
  custom?: Record<string, unknown>;
}

/** What the platform's backend may do. */
export interface Platform {
  putUser(appId: AppId, profile: Omit<Profile, 'avatar' | 'remark'> & Partial<Profile>): Promise<Profile>;
  createGroup(
    appId: AppId,
    group: {
      groupId?: DlgId;
      name: string;
      members: { userId: UserId; urole?: Urole }[];
      custom?: Record<string, unknown>;
    },
  ): Promise<DlgId>;
  addMembers(place: Place, members: { userId: UserId; urole?: Urole }[]): Promise<DataOf<PlatformApi['addMembers']>>;
  /** Each with why, for the audit. */
  removeMember(place: Place, userId: UserId, reason?: string): Promise<DataOf<PlatformApi['removeMember']>>;
  /** @throws {Refused} conversation.not_found */
  deleteGroup(place: Place, reason?: string): Promise<void>;
  post(place: Place, message: { fromuid: UserId; clientMsgId: ClientMsgId; payload: Payload }): Promise<Accepted>;
  updateCard(
    place: Place,
    change: { ref: string; changes: Record<string, unknown>; key?: ClientMsgId | undefined },
  ): Promise<Accepted>;
  /** With the notes of customer service, if asked for. @throws {Refused} conversation.not_found, before the first line */
  transcript(place: Place, also?: { notes: boolean; reason?: string }): Promise<AsyncIterable<TranscriptLine>>;
}

export interface TranscriptLine extends Omit<Message, 'content'> {
  payload: unknown;
  /** Of a note: its `seq` counts the notes. */
  lane?: 'notes';
}

/** For fan-out: what a node needs to bring its sockets up to date. Asks nobody's permission; the gateway has. */
export interface Log {
  /** Messages after a place, ascending, at most `limit`. */
  messagesAfter(place: Place, after: Seq, limit: number): Promise<Message[]>;
  memberIds(place: Place): Promise<UserId[]>;
  /** The same, and who of them may not write right now. */
  members(place: Place): Promise<{ userId: UserId; isMuted: boolean }[]>;
  /** Where these conversations stand; one that is not there is left out. */
  headsOf(places: readonly Place[]): Promise<Head[]>;
  dlgKey(place: Place): Promise<string>;
}
