import { Refused } from '@trialogue/protocol';

import { runCall, type Call } from '../commands.ts';
import type { Sql } from '../sql.ts';
import type { Database } from './database.ts';
import { isBusy, isFatal, isFatalAtCommit, isFull } from './failures.ts';

/** What became of one call. An `error` is a bug. */
export type Outcome = { value: unknown } | { refused: Refused } | { error: Error };

type Connection = Sql & Pick<Database, 'exec' | 'isInTransaction' | 'writes'>;

/**
 * Runs calls in one transaction, so that they share one fsync. One that is refused undoes itself and nothing else. The
 * outcomes may be told to the callers: they are on disk.
 *
 * Nearly all refuse before they have written anything, and there is nothing to undo. So first they run without savepoints,
 * for which SQLite copies each page that a call changes; when one breaks off half-way, all is undone and runs again with them.
 *
 * When the disk is full, or another program holds the file for long, the calls are refused and nothing of them is kept
 * (I31).
 *
 * @throws what the disk said, when it can no longer be trusted. Then no call has an outcome (I32).
 */
export const commitTogether = async (db: Connection, calls: readonly Call[]): Promise<Outcome[]> =>
  (await commitAll(db, calls, runBare)) ?? commitAll<never>(db, calls, runAlone);

/** @returns what `run` gave for each; undefined, and nothing is kept, when it gave that for one */
async function commitAll<HalfDone extends undefined>(
  db: Connection,
  calls: readonly Call[],
  run: (db: Connection, call: Call) => Promise<Outcome | HalfDone>,
): Promise<Outcome[] | HalfDone> {
  const outcomes: Outcome[] = [];
  try {
    db.exec('BEGIN IMMEDIATE');
    for (const call of calls) {
      const outcome = await run(db, call);
      if (outcome === undefined) {
        rollBack(db);
        return outcome;
      }
      outcomes.push(outcome);
    }
  } catch (error) {
    rollBack(db);
    if (isFull(error)) return allFull(calls);
    if (isBusy(error)) return allUnavailable(calls);
    throw error;
  }
  try {
    db.exec('COMMIT');
    return outcomes;
  } catch (error) {
    if (isFatalAtCommit(error)) throw error;
    rollBack(db);
    if (isFull(error)) return allFull(calls);
    return allUnavailable(calls);
  }
}

/** Undefined: it has broken off after its first write, and cannot be undone alone. */
async function runBare(db: Connection, call: Call): Promise<Outcome | undefined> {
  const { writes } = db;
  try {
    return { value: await runCall(call, db) };
  } catch (error) {
    if (isFatal(error)) throw error;
    return db.writes === writes && db.isInTransaction ? toOutcome(error) : undefined;
  }
}

async function runAlone(db: Connection, call: Call): Promise<Outcome> {
  db.exec('SAVEPOINT alone');
  try {
    const value = await runCall(call, db);
    db.exec('RELEASE alone');
    return { value };
  } catch (error) {
    // SQLite gives up the whole transaction on some errors, and with it the calls before this one.
    if (isFatal(error) || !db.isInTransaction) throw error;
    db.exec('ROLLBACK TO alone');
    db.exec('RELEASE alone');
    if (isFull(error)) return { refused: new Refused('storage.full') };
    return toOutcome(error);
  }
}

/** Runs calls that only read, all of them on one state of the database: that of after the last of them was asked. */
export async function readTogether(db: Connection, calls: readonly Call[]): Promise<Outcome[]> {
  const sql: Sql = { query: db.query, printed: new Map() };
  const outcomes: Outcome[] = [];
  db.exec('BEGIN');
  try {
    for (const call of calls) outcomes.push(await readOne(sql, call));
    return outcomes;
  } finally {
    rollBack(db);
  }
}

async function readOne(sql: Sql, call: Call): Promise<Outcome> {
  try {
    return { value: await runCall(call, sql) };
  } catch (error) {
    if (isFatal(error)) throw error;
    return toOutcome(error);
  }
}

const toOutcome = (error: unknown): Outcome =>
  error instanceof Refused ? { refused: error } : { error: error instanceof Error ? error : new Error(String(error)) };

const allFull = (calls: readonly Call[]): Outcome[] => calls.map(() => ({ refused: new Refused('storage.full') }));

const allUnavailable = (calls: readonly Call[]): Outcome[] =>
  calls.map(() => ({ refused: new Refused('storage.unavailable') }));

function rollBack(db: Connection): void {
  if (db.isInTransaction) db.exec('ROLLBACK');
}

/** Runs work in one transaction: all of it is kept, or none. For migrations. */
export async function atomicallyOn<T>(db: Connection, work: (sql: Sql) => Promise<T>): Promise<T> {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = await work(db);
    db.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(db);
    throw error;
  }
}
