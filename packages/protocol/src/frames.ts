import { OPENS_PER_SOCKET, PAGE_MOST } from './clientLimits.ts';
import {
  author,
  clientMsgId,
  content,
  dlgId,
  dlgKey,
  instant,
  logEpoch,
  message,
  msgId,
  page,
  seq,
  sessionId,
  sid,
  token,
  userId,
} from './fields.ts';
import type { RefusalName } from './refusals.ts';
import { flag, list, optional, record, tagged, text, whole, type Of } from './shape.ts';

/** One of the table of refusals, or of a later server's. */
const refusalName = () => text<RefusalName>({ pattern: '[a-z]+\\.[a-z_]+' });
/** Pairs an answer with its request; chosen by the client, unique on its socket. */
const requestId = () => whole({ max: 2 ** 31 });
/** Members of a large group whose presence is told; as many as the largest group may have. */
const ONLINE_MOST = 2_000;
const head = record({ dlgId: dlgId(), head: whole() });

/** Who speaks, and the token that proves it. */
export const credentials = record({ token: token(), uid: userId() });
/** Which messages of a conversation: before or after a place; without either, the newest. */
export const range = record({
  before: optional(whole({ min: 1 })),
  after: optional(whole()),
  limit: optional(whole({ min: 1, max: PAGE_MOST })),
});

/** Client → server. PROTOCOL.md §3. */
export const clientFrame = tagged('op', {
  /** The first frame of a socket. Only the token is believed; `uid` must be its user. */
  bind: {
    ...credentials.fields,
    /** With a `fence` higher than that of an earlier socket of this `sid`, this one takes its place. */
    sid: optional(sid()),
    fence: optional(whole({ min: 1 })),
  },
  /** Puts a newer token under a bound socket. */
  auth: { token: token() },
  /** Asks for the live messages of a conversation. Doing it twice is the same as once. */
  open: { id: requestId(), dlgId: dlgId() },
  leave: { dlgId: dlgId() },
  /** With an `id`, a `nack` says which try it refuses: an answer to an earlier one may come late. */
  send: { id: optional(requestId()), dlgId: dlgId(), clientMsgId: clientMsgId(), content: content() },
  history: { id: requestId(), dlgId: dlgId(), ...range.fields },
  /** Everything up to `seq` has reached this user. */
  delivered: { dlgId: dlgId(), seq: seq() },
  /** Everything up to `seq` was seen by this user. */
  read: { dlgId: dlgId(), seq: seq() },
  /** Said again every three seconds while it lasts. Not kept, and lost now and then. */
  typing: { dlgId: dlgId(), isTyping: flag() },
  pong: {},
});
export type ClientFrame = Of<typeof clientFrame>;

/** Server → client. PROTOCOL.md §4. */
export const serverFrame = tagged('op', {
  /** The first frame of a socket. */
  hello: { versions: list(whole(), { max: 8 }), pingMs: whole(), maxFrame: whole(), serverTime: instant() },
  bound: { userId: userId(), sessionId: sessionId(), expiresAt: instant() },
  /** Live messages flow from `head + 1` on; what is before is asked for with `history`. */
  opened: {
    id: requestId(),
    dlgId: dlgId(),
    head: whole(),
    readSeq: whole(),
    dlgKey: dlgKey(),
    minSeq: whole({ min: 1 }),
    logEpoch: logEpoch(),
    /** Members of it who are here right now. */
    online: list(userId(), { max: ONLINE_MOST }),
  },
  /** The message is on disk. */
  ack: {
    dlgId: dlgId(),
    clientMsgId: clientMsgId(),
    seq: seq(),
    msgId: msgId(),
    sentAt: instant(),
    /** This was a repeat; the first answer is given again. */
    repeated: optional(flag()),
  },
  /** The message is certainly not stored. */
  nack: {
    id: optional(requestId()),
    dlgId: dlgId(),
    clientMsgId: clientMsgId(),
    error: refusalName(),
    msg: text(),
    retryAfterMs: optional(whole()),
  },
  message: { dlgId: dlgId(), ...message.fields },
  page: { id: requestId(), dlgId: dlgId(), ...page.fields },
  /** The conversation has messages up to `head`; they are not pushed to this socket. */
  head: head.fields,
  receipt: { dlgId: dlgId(), userId: author(), deliveredSeq: whole(), readSeq: whole() },
  /** A member types, or has stopped. Holds for six seconds unless said again. */
  typing: { dlgId: dlgId(), userId: userId(), isTyping: flag() },
  /** A member has come, or the last of its sockets is gone. */
  presence: { dlgId: dlgId(), userId: userId(), isOnline: flag() },
  /** The conversation has a new key epoch; `dlgKey` is the whole ring. */
  key: { dlgId: dlgId(), dlgKey: dlgKey() },
  /** The user is no longer in the conversation; nothing more of it will come. */
  left: { dlgId: dlgId() },
  /** An `open` or `history` was refused. */
  refused: { id: requestId(), error: refusalName(), msg: text(), retryAfterMs: optional(whole()) },
  /** Answer with `pong`. `heads` are of conversations open on this socket. */
  ping: { heads: list(head, { max: OPENS_PER_SOCKET }) },
  /** The server will close in `inMs`; come back then. */
  drain: { inMs: whole() },
});
export type ServerFrame = Of<typeof serverFrame>;

export type ServerFrameOf<Op extends ServerFrame['op']> = Extract<ServerFrame, { op: Op }>;
export type ClientFrameOf<Op extends ClientFrame['op']> = Extract<ClientFrame, { op: Op }>;
