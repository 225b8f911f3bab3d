import { FRAME_BYTES_CAP, PAGE_MOST_CAP } from './clientLimits.ts';
import type { ClientMsgId, DlgId, FileId, MsgId, SessionId, Sid, UserId } from './ids.ts';
import { flag, list, oneOf, optional, record, text, whole, type Of, type RecordOf } from './shape.ts';

/** An id, of these characters. */
const idOf = <T extends string = string>(characters: string, min = 1) =>
  text<T>({ min, max: 64, pattern: `[${characters}]+` });
/** Of those that the platform chooses. */
const CHOSEN = 'A-Za-z0-9_.:@-';
/** Of those that are made at random. */
const RANDOM = 'A-Za-z0-9_-';

/** Fields that the wire and HTTP share. */
export const userId = () => idOf<UserId>(CHOSEN);
/** The author of a stored message: a user, or the server itself. */
export const author = () => idOf<UserId>(`$${CHOSEN}`);
export const dlgId = () => idOf<DlgId>(CHOSEN);
export const clientMsgId = () => idOf<ClientMsgId>(RANDOM);
export const msgId = () => idOf<MsgId>(RANDOM);
export const sessionId = () => text<SessionId>({ min: 1, max: 64 });
/** Of a file that its sender sealed: 32 bytes. */
export const fileKey = () => text({ pattern: `[${RANDOM}]{43}` });
export const fileId = () => idOf<FileId>(RANDOM);
/** One running client: a page, a tab, an app. Made at random by the client, unknown to anybody else. */
export const sid = () => idOf<Sid>(RANDOM, 16);
/** Changes only when the log of a conversation was lost or an older one was restored: `seq` then starts another life. */
export const logEpoch = () => idOf(RANDOM);
export const seq = () => whole({ min: 1 });
export const instant = () => whole();
/** Generous on purpose: that an envelope is too long is said by name (`message.too_large`), not as a bad frame. */
export const content = () => text({ min: 1, max: FRAME_BYTES_CAP });
export const token = () => text({ min: 1, max: 4096 });
export const dlgKey = () => text({ min: 1, max: 8192 });

/** `user` is the shopper, `service` is customer service. */
export const urole = () => oneOf('user', 'merchant', 'service', 'bot');
export type Urole = Of<ReturnType<typeof urole>>;

const messageFields = {
  seq: seq(),
  msgId: msgId(),
  clientMsgId: clientMsgId(),
  fromuid: author(),
  /** The sealed envelope. PROTOCOL.md §7. */
  content: content(),
  sentAt: instant(),
  /** Set once the message was recalled; `content` is then the server's own tombstone. */
  recalledAt: optional(instant()),
};

/** A stored message as every reader sees it. */
export const message = record(messageFields);
export type Message = RecordOf<typeof messageFields>;

/** A run of messages in ascending `seq`, and where the conversation stands. */
export const page = record({
  list: list(message, { max: PAGE_MOST_CAP }),
  /** Whether there is more in the direction that was asked for. */
  hasMore: flag(),
  /** The highest `seq` of the conversation; 0 while it is empty. */
  head: whole(),
  /** The lowest `seq` that is kept; what was before it is gone for good. `head + 1` when nothing is. */
  minSeq: whole({ min: 1 }),
  logEpoch: logEpoch(),
  /** The messages right behind `after` are gone: this page begins at `minSeq`. Never skipped in silence. */
  reset: optional(flag()),
});
export type Page = Of<typeof page>;
