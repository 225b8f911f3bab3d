import { Refused } from '@trialogue/protocol';

/** What became of a transaction that failed, as far as its error tells. */
export type Failure =
  /** It ran into others and certainly changed nothing: the same again may go through. */
  | 'again'
  /** The connection is gone. Unless the commit was under way, nothing was changed. */
  | 'lost'
  /** No space is left; nothing was changed (I31). */
  | 'full'
  /** The server cannot do it now; nothing was changed. */
  | 'unavailable'
  /** Not about the database: a refusal, or a bug. */
  | 'other';

/** By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const byCode: Readonly<Record<string, Failure>> = {
  '40001': 'again', // serialization_failure
  '40P01': 'again', // deadlock_detected
  '55P03': 'unavailable', // lock_not_available: lock_timeout, which is long
  '57014': 'unavailable', // query_canceled: statement_timeout
  '25P03': 'lost', // idle_in_transaction_session_timeout
  '25006': 'lost', // read_only_sql_transaction: it has become a replica
  '53100': 'full', // disk_full
};
const byClass: Readonly<Record<string, Failure>> = {
  '08': 'lost', // connection_exception
  '53': 'unavailable', // insufficient_resources: too many connections, out of memory
  '57': 'lost', // operator_intervention: shutdown, crash, starting up
  '58': 'unavailable', // system_error: the disk
};

/** What the client says when no server said anything. */
const LOST =
  /Connection terminated|not queryable|Client was closed|Query read timeout|timeout exceeded when trying to connect|timeout expired/;
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNABORTED',
]);

export function failureOf(error: unknown): Failure {
  if (error instanceof Refused || !(error instanceof Error)) return 'other';
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return LOST.test(error.message) ? 'lost' : 'other';
  if (networkCodes.has(code)) return 'lost';
  return byCode[code] ?? byClass[code.slice(0, 2)] ?? 'other';
}

/** Whether a server said it, and will have rolled back: what ends a session may have come after the commit. */
export const isAnswered = (error: unknown): boolean =>
  error instanceof Error && (error as { severity?: unknown }).severity === 'ERROR';

/** The connection was lost while a change was being committed: nobody knows whether it was made. Certainly not a refusal (I3). */
export class OutcomeUnknown extends Error {
  constructor(cause: unknown) {
    super('The database was lost before it answered; whether the change was made is not known.', { cause });
    this.name = 'OutcomeUnknown';
  }
}

/** For whoever asked; what is not about the database stays as it is. */
export function inWords(error: unknown): unknown {
  const failure = failureOf(error);
  if (failure === 'other') return error;
  return Object.assign(new Refused(failure === 'full' ? 'storage.full' : 'storage.unavailable'), { cause: error });
}
