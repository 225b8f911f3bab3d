const READONLY = 8;
const BUSY = 5;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const PROTOCOL = 15;
const NOTADB = 26;

/** What SQLite says in each case: this driver gives the code of an error on some ways and only the words on others. */
const words: readonly [text: string, code: number][] = [
  ['database is locked', BUSY],
  ['attempt to write a readonly database', READONLY],
  ['disk I/O error', IOERR],
  ['database disk image is malformed', CORRUPT],
  ['database or disk is full', FULL],
  ['unable to open database file', CANTOPEN],
  ['locking protocol', PROTOCOL],
  ['file is not a database', NOTADB],
];

/** The primary result code of SQLite, when the error is one of those above. */
function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { errcode } = error as { errcode?: unknown };
  if (typeof errcode === 'number') return errcode & 0xff;
  return words.find(([text]) => error.message.includes(text))?.[1];
}

const isOneOf = (error: unknown, codes: readonly number[]): boolean => codes.includes(codeOf(error) ?? 0);

/** No space is left: nothing was stored, and there may be space again later (I31). */
export const isFull = (error: unknown): boolean => isOneOf(error, [FULL]);

/** Another program holds the file: nothing was stored. */
export const isBusy = (error: unknown): boolean => isOneOf(error, [BUSY]);

/**
 * The disk or the file cannot be trusted any more: nobody knows what is on disk, so nothing may be acknowledged from
 * now on (I32).
 */
export const isFatal = (error: unknown): boolean =>
  isOneOf(error, [READONLY, IOERR, CORRUPT, CANTOPEN, PROTOCOL, NOTADB]);

/** Of a COMMIT every failure is fatal but these two, after which the transaction is certainly undone. */
export const isFatalAtCommit = (error: unknown): boolean => !isOneOf(error, [FULL, BUSY]);
