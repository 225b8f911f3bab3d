/**
 * The limits that both ends know. Sizes in bytes, times in milliseconds.
 * PROTOCOL.md §8; the reasons are in docs/decisions.
 */
export const limits = {
  /** Longest `content` envelope, as the characters on the wire. */
  contentBytes: 16 * 1024,
  /** Longest payload before sealing, as UTF-8 bytes of its JSON. */
  payloadBytes: 8 * 1024,
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
  silenceMs: 40_000,
  /** Messages in a history page: by default, and at the most. */
  page: 50,
  pageMost: 200,
  /** Conversations one socket may have open. */
  opensPerSocket: 50,
  membersPerGroup: 200,
  /** Unsent bytes after which a socket that does not read is closed. */
  unsentBytes: 1024 * 1024,
  fileBytes: 20 * 1024 * 1024,
  /** The author may recall a message this long after it was stored. */
  recallMs: 2 * 60_000,
  /** How many of a conversation's key epochs one `dlgKey` string may hold. */
  epochsPerKeyring: 64,
  /** Longest life of a ticket. */
  ticketMs: 7 * 24 * 60 * 60_000,
} as const;
