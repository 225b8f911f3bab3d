/**
 * What a history is made of: one JSON object a line, in the order in which it happened. The checker knows nothing else
 * of the system.
 *
 * `dlg` names a conversation's log: one that was restored from an older copy is another one, and is called
 * `conversation@epoch`.
 * A message is named by where it was sent (`dlg`), who sent it (`from`) and the sender's own id of it (`cid`).
 */
export type HistoryEvent = Moment & Happening;

export interface Moment {
  /** Milliseconds of one monotonic clock, the same for all lines. */
  t_mono: number;
  /** Who saw it: one running client, over all its connections. */
  proc: string;
}

export type Happening =
  /** The client hands the message to the network, for the first time or again. `h`: {@link fingerprint} of its content. */
  | ({ f: 'send'; h: string } & Named)
  /** The server has said that it is stored. */
  | ({ f: 'ack'; seq: number; mid: string } & Named)
  /** The server has said that it is not stored. `final`: and the client did not try again. */
  | ({ f: 'nack'; error: string; final: boolean } & Named)
  /** There will be no answer; nobody knows what became of it. */
  | ({ f: 'info'; why: string } & Named)
  /**
   * A newer socket of the client is bound, and the log as it then was does not have what an older one had sent: so it never
   * will (I28). The client gives it up.
   */
  | ({ f: 'fenced' } & Named)
  /** The client was given a message, live. `ts`: when it was stored, by the server's wall clock. */
  | ({ f: 'recv'; seq: number; mid: string; h: string; ts?: number } & Named)
  /** The client's live stream starts, or starts anew, behind `head`. With `end`: that far it has come when all is over. */
  | { f: 'sync'; dlg: string; head: number; end?: true }
  /** The client has read a page of the log. `final`: after everything, the whole log page by page. */
  | { f: 'hist'; dlg: string; after?: number; head: number; more: boolean; list: Row[]; final?: true }
  /** The client was told how far a member has come. */
  | { f: 'read'; dlg: string; user: string; delivered: number; read: number }
  | { f: 'member'; dlg: string; user: string; isIn: boolean }
  | { f: 'key'; dlg: string; epoch: number }
  | { f: 'conn' }
  | { f: 'close'; code: number; why: string }
  | { f: 'fault'; what: string };

interface Named {
  dlg: string;
  from: string;
  cid: string;
}

/** A message of a page: seq, mid, from, cid, h. */
export type Row = [seq: number, mid: string, from: string, cid: string, h: string];

/** Of a message that the server wrote itself, or wrote over: nobody can say what it has to be. */
export const ANY_CONTENT = '';
