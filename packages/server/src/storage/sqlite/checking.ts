import { withFile, type Database } from './database.ts';

/** Read whole at every start: about half a second on a small machine. */
const WHOLE_BYTES = 128 * 1024 * 1024;
/** For what is larger. Nobody waits for gigabytes when a server comes back. */
const BUDGET_MS = 700;
const ROWS_PER_STEP = 500;

interface Limits {
  wholeBytes: number;
  budgetMs: number;
  /** Monotonic. */
  now: () => number;
}
const usual: Limits = { wholeBytes: WHOLE_BYTES, budgetMs: BUDGET_MS, now: () => performance.now() };

/**
 * Reads the file, so that damage is met at the start and not by somebody's message (I33). A small one is read whole. Of
 * a large one as much as the time allows: the other tables, then the newest messages, which are read and written most.
 * Damage in the rest still stops the server when it is met (I32).
 *
 * @returns what was left out, in words for the operator.
 * @throws {Error} when the file is damaged.
 */
export async function checkFile(file: string, db: Database, limits: Limits = usual): Promise<string | undefined> {
  const [size] = await db.query<{ bytes: number }>(
    `SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size`,
  );
  const bytes = size?.bytes ?? 0;
  if (bytes <= limits.wholeBytes) {
    await quickCheck(file, db);
    return undefined;
  }
  const until = limits.now() + limits.budgetMs;
  const isOver = () => limits.now() >= until;
  const tables = await tablesBut(db, 'messages');
  let checked = 0;
  for (; checked < tables.length && !isOver(); checked++) await quickCheck(file, db, tables[checked]);
  const read = await readNewest(file, db, isOver);
  const mebibytes = Math.round(bytes / 1024 / 1024);
  return (
    `The database ${file} has ${mebibytes} MiB, and was not checked whole: ${checked} of ${tables.length} other tables ` +
    `and the newest ${read} messages are sound. For all of it, stop the server and run PRAGMA quick_check.`
  );
}

async function quickCheck(file: string, db: Database, table?: string): Promise<void> {
  const what = table ?? '3';
  const found = await db.query<{ quick_check: string }>(`PRAGMA quick_check(${what})`).catch((error: unknown) => {
    throw withFile(file, error);
  });
  const damage = found.map((row) => row.quick_check).filter((line) => line !== 'ok');
  if (damage.length > 0) {
    throw new Error(`The database ${file} is damaged (${damage.slice(0, 3).join('; ')}). Restore it from a backup.`);
  }
}

/** All tables but the one that makes the file large. */
async function tablesBut(db: Database, large: string): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> $1 ORDER BY rootpage`,
    large,
  );
  return rows.map(({ name }) => name);
}

/** Every page of a row has to be read to know how long it is. Answers how many were. */
async function readNewest(file: string, db: Database, isOver: () => boolean): Promise<number> {
  let below = Number.MAX_SAFE_INTEGER;
  let read = 0;
  while (!isOver()) {
    const rows = await db
      .query<{ at: number }>(
        `SELECT rowid AS at, length(content) FROM messages WHERE rowid < $1 ORDER BY rowid DESC LIMIT ${ROWS_PER_STEP}`,
        below,
      )
      .catch((error: unknown) => {
        throw withFile(file, error);
      });
    const last = rows.at(-1);
    if (!last) break;
    read += rows.length;
    below = last.at;
  }
  return read;
}
