import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

import type { Sql } from '../sql.ts';
import type { Database } from './database.ts';

/**
 * How far the log had come, kept in a small file beside the database, so that a start can tell when the database is an
 * older copy of itself (I18).
 *
 * It is written at every start, at every stop, and by the reading thread a few seconds after something was said: behind
 * what is on disk, never before it, and never in the way of a sender. At the start the database is compared with it:
 *
 *  - as many messages as noted, or more: the same log, whichever way it was copied meanwhile;
 *  - fewer, or the log has another id: an older copy, or another database. Every conversation gets a new `logEpoch`, and
 *    clients forget where they were. The log gets a new id too, so that the database that was replaced cannot come back
 *    as the same one.
 *
 * What it cannot notice: a copy of the whole folder brings its own note along; a folder without a note tells nothing;
 * and after a crash the last seconds of messages may be missing in the note. Whoever restores like that says so himself:
 * `node dist/main.js new-log-epoch`.
 */
export interface HighWater {
  logId: string;
  /**
   * Ever stored, of all conversations together. Never falls: dropping messages lowers no head, and the heads of those
   * that are destroyed are added up in the database.
   */
  messages: number;
}

const pathOf = (file: string) => `${file}-high-water`;

/** Conversations of one step: a millisecond or two. */
const CONVERSATIONS_PER_STEP = 5000;

/**
 * Adds up the heads, a bounded number at a time. Between the steps others may be served, and what they store meanwhile
 * is counted or not: the sum is one that the log has reached.
 */
export async function highWaterOf(db: Sql, pause: () => Promise<void> = async () => {}): Promise<HighWater> {
  const [identity] = await db.query<{ log_id: string; shredded: number }>(`SELECT log_id, shredded FROM log_identity`);
  let messages = identity?.shredded ?? 0;
  for (let from = 0; ;) {
    const [step] = await db.query<{ last: number | null; heads: number | null }>(
      `SELECT max(id) AS last, sum(last_seq) AS heads FROM
         (SELECT id, last_seq FROM conversations WHERE id > $1 ORDER BY id LIMIT ${CONVERSATIONS_PER_STEP}) AS step`,
      from,
    );
    if (!step || step.last === null) return { logId: identity?.log_id ?? '', messages };
    messages += step.heads ?? 0;
    from = step.last;
    await pause();
  }
}

/** Whole or not at all: another file takes the place of the one before. */
function writeHighWater(file: string, highWater: HighWater): void {
  const fresh = `${pathOf(file)}.new`;
  writeFileSync(fresh, `${JSON.stringify(highWater)}\n`);
  const handle = openSync(fresh, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(fresh, pathOf(file));
}

/** @throws {Error} when there is one that says nothing. */
export function readHighWater(file: string): HighWater | undefined {
  let text: string;
  try {
    text = readFileSync(pathOf(file), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const { logId, messages } = JSON.parse(text) as Partial<HighWater>;
  if (typeof logId !== 'string' || typeof messages !== 'number') throw new Error('it holds something else');
  return { logId, messages };
}

/**
 * Compares the database with what it had been, starts a new life of its log where it must, and notes where it stands.
 *
 * @returns what it saw and did, in words for the operator, when it is not as usual.
 */
export async function meetHighWater(file: string, db: Database): Promise<string[]> {
  const has = await highWaterOf(db);
  let had: HighWater | undefined;
  try {
    had = readHighWater(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const what = `${pathOf(file)} cannot be read (${why}), so nobody knows whether the database is an older copy.`;
    return [`${what} If it is, stop the server and run: node dist/main.js new-log-epoch`, ...noted(file, has)];
  }
  if (!had || (had.logId === has.logId && had.messages <= has.messages)) return noted(file, has);
  const logId = await startNewLife(db);
  const lacks =
    had.logId === has.logId
      ? `has ${had.messages - has.messages} messages less than it had`
      : `is another than the one that was here`;
  return [
    `The database ${file} ${lacks}: it was restored from an older copy, or replaced. Every conversation has a new ` +
      `logEpoch now, ${logId}, and clients load their messages anew.`,
    ...noted(file, { logId, messages: has.messages }),
  ];
}

/** A note that cannot be written (a full disk) is no reason not to serve: the one before it still holds. */
export function noted(file: string, highWater: HighWater): string[] {
  try {
    writeHighWater(file, highWater);
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [`How far the log has come was not noted: ${why}. A restored backup could go unnoticed.`];
  }
}

/** From now on nothing that a client knows of any log of this database holds. Answers the new epoch of all of them. */
export async function startNewLife(db: Database): Promise<string> {
  db.exec('BEGIN IMMEDIATE');
  await db.query(`UPDATE log_identity SET log_id = lower(hex(randomblob(8)))`);
  await db.query(`UPDATE conversations SET log_epoch = (SELECT log_id FROM log_identity)`);
  db.exec('COMMIT');
  const [identity] = await db.query<{ log_id: string }>(`SELECT log_id FROM log_identity`);
  return identity?.log_id ?? '';
}
