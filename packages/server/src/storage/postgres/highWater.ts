import { setTimeout as pause } from 'node:timers/promises';

import type { Pool } from 'pg';

import { highWaterOf, noted, readHighWater, type HighWater } from '../sqlite/highWater.ts';
import type { PgSql } from './connections.ts';
import { changing, looking } from './transaction.ts';

/**
 * The same as for SQLite (highWater.ts there): each node notes in a file how far the log had come, and a start
 * compares. Nodes that share their DATA_DIR share the note. What is different with several nodes: the first of them to see that an older copy was restored begins the
 * new life of the log, and writes down what the lives before were called, so that the others, whose notes are of those,
 * know that it has been seen to.
 *
 * Adding up the heads of all conversations is work for the database, so a note is made at the start, at the stop, and
 * every few minutes in between.
 */
const NOTE_EVERY_MS = 10 * 60_000;
/** Conversations of one statement. */
const AT_ONCE = 20_000;

const ONE_AT_A_TIME = `SELECT pg_advisory_xact_lock(hashtextextended('trialogue log', 0))`;

/** @returns what the operator should know */
export async function meetHighWater(file: string, pool: Pool): Promise<string[]> {
  return changing(pool, async (sql) => {
    await sql.query(ONE_AT_A_TIME);
    // Before the database is asked: a node that shares the folder may be going right now, and its last note would be ahead.
    const note = noteIn(file);
    const has = await highWaterOf(sql);
    const { had, error } = note;
    if (error) {
      const what = `${file}-high-water cannot be read (${error.message}), so nobody knows whether the database`;
      return [`${what} is an older copy. If it is, run: node dist/main.js new-log-epoch`, ...noted(file, has)];
    }
    const isSame = had?.logId === has.logId;
    if (!had || (isSame && had.messages <= has.messages)) return noted(file, has);
    const former = await sql.query(`SELECT 1 FROM former_logs WHERE log_id = $1`, had.logId);
    if (!isSame && former.length > 0) return noted(file, has);
    await sql.query(`INSERT INTO former_logs (log_id) VALUES ($1) ON CONFLICT DO NOTHING`, had.logId);
    const logId = await startNewLife(sql);
    const lacks = isSame ? `has ${had.messages - has.messages} messages less than it had` : `is another than it was`;
    return [
      `The PostgreSQL database ${lacks}: it was restored from an older copy, or replaced. Every conversation has a new ` +
        `logEpoch now, ${logId}, and clients load their messages anew.`,
      ...noted(file, { logId, messages: has.messages }),
    ];
  });
}

function noteIn(file: string): { had?: HighWater | undefined; error?: Error } {
  try {
    return { had: readHighWater(file) };
  } catch (error) {
    return { error: error as Error };
  }
}

/** From now on nothing that a client knows of any log of this database holds. Answers the new epoch of all of them. */
export async function startNewLife(sql: PgSql): Promise<string> {
  await sql.query(`INSERT INTO former_logs (log_id) SELECT log_id FROM log_identity ON CONFLICT DO NOTHING`);
  const [identity] = await sql.query<{ log_id: string }>(
    `UPDATE log_identity SET log_id = substr(replace(gen_random_uuid()::text, '-', ''), 1, 16) RETURNING log_id`,
  );
  const logId = identity?.log_id ?? '';
  for (let from = 0; ;) {
    const [step] = await sql.query<{ last: number | null }>(
      `WITH step AS (SELECT id FROM conversations WHERE id > $1 ORDER BY id LIMIT ${AT_ONCE}),
         changed AS (UPDATE conversations SET log_epoch = $2 WHERE id IN (SELECT id FROM step))
       SELECT max(id) AS last FROM step`,
      from,
      logId,
    );
    if (!step || step.last === null) return logId;
    from = step.last;
  }
}

/** @returns how to stop, with a last note. */
export function noteNowAndThen(file: string, pool: Pool, warn: (what: string) => void): () => Promise<void> {
  const note = async () => {
    try {
      const gently = () => pause(5);
      for (const what of noted(file, await looking(pool, (sql) => highWaterOf(sql, gently)))) warn(what);
    } catch {
      // Without a database there is nothing to note: the note before still holds.
    }
  };
  const timer = setInterval(() => void note(), NOTE_EVERY_MS).unref();
  return async () => {
    clearInterval(timer);
    await note();
  };
}
