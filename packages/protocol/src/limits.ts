import {
  PAYLOAD_BYTES,
  SILENCE_MS,
  PAGE_MOST,
  OPENS_PER_SOCKET,
  OUTBOX_MOST,
  OUTBOX_MS,
  FRAME_BYTES_CAP,
  PAGE_MOST_CAP,
} from './clientLimits.ts';

/**
 * The limits of a server, as it comes. Sizes in bytes, times in milliseconds, rates as `…PerSecond` with a `…Burst`.
 * A server may have others (`LIMITS`, up to `hardCaps`); `GET /api/v1/config/limits` says which are in force.
 * PROTOCOL.md §8; the reasons are in docs/decisions.
 */
export const limits = {
  /** Longest `content` envelope, as the characters on the wire. */
  contentBytes: 16 * 1024,
  /** Longest payload before sealing, as UTF-8 bytes of its JSON. */
  payloadBytes: PAYLOAD_BYTES,
  /** Longest frame a client may send. */
  frameBytes: 64 * 1024,
  /** Longest frame before `bind`. */
  unboundFrameBytes: 4 * 1024,

  /** Time from the opened socket to `bind`. */
  bindMs: 5_000,
  /** The server pings this often. */
  pingMs: 25_000,
  /** The server gives up on a peer that has not answered a ping for so long. */
  pongMs: 10_000,
  /** The client gives up on a server it has not heard for so long. */
  silenceMs: SILENCE_MS,
  /** Sockets of a draining server leave within this time, each at a moment of its own. */
  drainMs: 15_000,
  /** A lost notice is made good within this, give or take a fifth. */
  reconcileMs: 10_000,

  /** Messages in a history page: by default, and at the most. */
  page: 50,
  pageMost: PAGE_MOST,
  /** Conversations one socket may have open. */
  opensPerSocket: OPENS_PER_SOCKET,
  membersPerGroup: 200,
  /** Conversations one user may be in; one of customer service. */
  groupsPerUser: 1_000,
  groupsPerAgent: 20_000,

  /** Sockets one user may have bound at a time; the oldest gives way. */
  socketsPerUser: 10,
  /** Sockets of one address that have not said who they are. */
  unboundPerAddress: 20,
  socketsPerNode: 8_000,
  /** Sockets a node lets in. */
  upgradesPerSecond: 500,

  /** Frames of one socket, of whatever kind. */
  framesPerSecond: 30,
  framesBurst: 60,
  /** Sends of one socket that may wait for the disk. */
  sendsUnderWay: 64,
  /** Messages one user may send, over all sockets and HTTP. */
  sendsPerUserPerSecond: 5,
  sendsPerUserBurst: 15,
  sendsPerUserPerMinute: 60,
  /** Messages all members together may send into one conversation. */
  sendsPerGroupPerSecond: 40,
  /** HTTP requests with one token; without a good one, from one address. */
  requestsPerTokenPerSecond: 20,
  requestsPerTokenBurst: 40,
  requestsPerAddressPerSecond: 100,
  /** Wrong tickets and refresh tokens one address may try. */
  exchangesPerAddressPerMinute: 10,
  exchangesPerAddressPerHour: 100,

  /** Unsent bytes from which a socket is told of heads only, and fetches bodies when it has read on. */
  laggingBytes: 256 * 1024,
  /** Unsent bytes after which a socket that does not read is closed; and for how long the oldest may lie. */
  unsentBytes: 1024 * 1024,
  unsentMs: 10_000,

  /** Messages that wait in a client to be sent, and for how long at the most. */
  outboxMost: OUTBOX_MOST,
  outboxMs: OUTBOX_MS,
  /** A message sent again is known again for so long. */
  dedupeMs: 30 * 24 * 60 * 60_000,

  /** A file that comes in one request. */
  fileBytes: 20 * 1024 * 1024,
  /** A file that comes in pieces, and one of its pieces. */
  uploadBytes: 100 * 1024 * 1024,
  pieceBytes: 2 * 1024 * 1024,
  /** A half file that nobody goes on with is kept for so long. */
  uploadMs: 24 * 60 * 60_000,
  /** Of a picture: one of more would take more memory than a phone has. What cameras take has up to 50 million. */
  picturePixels: 64_000_000,
  pictureSidePixels: 20_000,
  /** Files one user may upload: a picture and its small copy are two. */
  uploadsPerUserPerHour: 120,
  uploadBytesPerUserPerHour: 1024 * 1024 * 1024,
  /** Messages one user may report. */
  reportsPerUserPerHour: 30,
  /** What the platform says of a user for the desk, as UTF-8 bytes of its JSON. */
  customBytes: 16 * 1024,
  /** Canned replies of one agent, and of an app. */
  repliesPerAgent: 200,
  repliesPerApp: 500,
  /** The author may recall a message this long after it was stored. */
  recallMs: 2 * 60_000,
  /** How many of a conversation's key epochs one `dlgKey` string may hold. */
  epochsPerKeyring: 64,
  /** Longest life of a ticket. */
  ticketMs: 7 * 24 * 60 * 60_000,
} as const;

/** The limits in force on one server. */
export type Limits = { readonly [Name in keyof typeof limits]: number };

/** What a server cannot be set above, whoever runs it. A limit without one here has none. */
export const hardCaps = {
  contentBytes: 24 * 1024,
  payloadBytes: 12 * 1024,
  frameBytes: FRAME_BYTES_CAP,
  unboundFrameBytes: 4 * 1024,
  pageMost: PAGE_MOST_CAP,
  opensPerSocket: 50,
  membersPerGroup: 2_000,
  socketsPerUser: 50,
  unboundPerAddress: 100,
  silenceMs: 40_000,
  /** A node that goes away is gone within 30 s (I30). */
  drainMs: 20_000,
  fileBytes: 100 * 1024 * 1024,
  uploadBytes: 1024 * 1024 * 1024,
  pieceBytes: 16 * 1024 * 1024,
  customBytes: 64 * 1024,
  epochsPerKeyring: 64,
  ticketMs: 7 * 24 * 60 * 60_000,
} as const satisfies Partial<Limits>;
