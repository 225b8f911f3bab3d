import { setTimeout as pause } from 'node:timers/promises';

import type { Pool, PoolClient } from 'pg';

import { sqlOf, type PgSql } from './connections.ts';
import { OutcomeUnknown, failureOf, inWords, isAnswered } from './failures.ts';

const TRIES = 5;
/** A pool may hold some connections that are gone and have not said so yet. */
const LOST_TRIES = 2;
/** Before the same again: anywhere up to this, doubled each time, so that those who met do not meet again. */
const PAUSE_MS = 20;

/** Each statement sees what was committed before it: whoever holds the locks sees all that was done under them. */
const WRITING = 'BEGIN';
/** One state of the database, however many statements look at it. */
const READING = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

/**
 * Runs work as one transaction, again from the start when it ran into others or lost its connection before the commit,
 * a bounded number of times.
 *
 * @throws {Refused} storage.unavailable, storage.full: certainly nothing was changed
 * @throws {OutcomeUnknown} the connection was lost in the middle of the commit (I3)
 */
export async function changing<T>(pool: Pool, work: (sql: PgSql) => Promise<T>): Promise<T> {
  return trying(() => once(pool, WRITING, work));
}

/** The same for what changes nothing: no outcome is unknown, and what fails is refused. */
export async function looking<T>(pool: Pool, work: (sql: PgSql) => Promise<T>): Promise<T> {
  return trying(() => once(pool, READING, work)).catch((error: unknown) => {
    throw error instanceof OutcomeUnknown ? inWords(error.cause) : error;
  });
}

async function trying<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      const failure = failureOf(error);
      const isWorthIt = failure === 'again' || (failure === 'lost' && tries <= LOST_TRIES);
      if (!isWorthIt || tries === TRIES) throw inWords(error);
      await pause(Math.random() * PAUSE_MS * 2 ** tries);
    }
  }
}

async function once<T>(pool: Pool, begin: string, work: (sql: PgSql) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // A connection that breaks says so to whoever has it, besides failing what is asked over it.
  client.on('error', ignore);
  let isSound = true;
  try {
    return await committed(client, begin, work);
  } catch (error) {
    isSound = failureOf(error) !== 'lost' && !(error instanceof OutcomeUnknown) && (await undone(client));
    throw error;
  } finally {
    client.off('error', ignore);
    client.release(!isSound);
  }
}

const ignore = () => {};

async function committed<T>(client: PoolClient, begin: string, work: (sql: PgSql) => Promise<T>): Promise<T> {
  const begun = client.query(begin);
  begun.catch(ignore);
  const result = await work(sqlOf(client));
  await begun;
  try {
    const { command } = await client.query('COMMIT');
    if (command !== 'COMMIT') throw new Error('a statement failed and nobody waited for it');
  } catch (error) {
    if (failureOf(error) === 'other' || isAnswered(error)) throw error;
    throw new OutcomeUnknown(error);
  }
  return result;
}

/** False when the connection is of no use any more. */
async function undone(client: PoolClient): Promise<boolean> {
  return client.query('ROLLBACK').then(
    () => true,
    () => false,
  );
}
