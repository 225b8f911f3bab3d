import type { Pool } from 'pg';

import { migrate } from '../migrations/migrate.ts';
import { postgresMigrations } from '../migrations/postgres.ts';
import { changing, looking } from './transaction.ts';

/** One node at a time: the others wait here, and find it done. */
const MIGRATING = `SELECT pg_advisory_xact_lock(hashtextextended('trialogue migrations', 0))`;

/**
 * Proves that the server is what we lean on, and brings the database to the newest schema. Several nodes may start at
 * the same time.
 *
 * @throws {Error} when it would lose what it acknowledged (I33), or was written by a newer version of ours.
 */
export async function prepare(pool: Pool, { isMoving = false } = {}): Promise<void> {
  await looking(pool, async (sql) => {
    const [row] = await sql.query<Record<string, string>>(
      `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit,
         current_setting('full_page_writes') AS full_page_writes, current_setting('server_encoding') AS server_encoding,
         current_setting('server_version_num') AS version`,
    );
    assertSettings(row ?? {});
  });
  await migrate(
    {
      atomically: (work) =>
        changing(pool, async (sql) => {
          await sql.query(MIGRATING);
          return work(sql);
        }),
    },
    postgresMigrations,
  );
  if (isMoving) return;
  const unfinished = await looking(pool, (sql) => sql.query(`SELECT 1 FROM moved_from WHERE is_done = 0`));
  if (unfinished.length > 0) {
    throw new Error('not all of the embedded database has been moved into it yet. Run migrate-store to its end first.');
  }
}

const OLDEST_VERSION = 130_000;

function assertSettings(is: Record<string, string>): void {
  const must = (name: string, isGood: boolean, wanted: string, otherwise: string) => {
    if (!isGood) throw new Error(`PostgreSQL has ${name} ${is[name]} and must have ${wanted}, or ${otherwise}.`);
  };
  const lost = 'acknowledged messages could be lost';
  must('fsync', is['fsync'] === 'on', 'on', lost);
  must('synchronous_commit', is['synchronous_commit'] !== 'off', 'on (or local, remote_write, remote_apply)', lost);
  must('full_page_writes', is['full_page_writes'] === 'on', 'on', lost);
  must('server_encoding', is['server_encoding'] === 'UTF8', 'UTF8', 'names in other scripts cannot be kept');
  must('version', Number(is['version']) >= OLDEST_VERSION, `${OLDEST_VERSION} or newer`, 'the schema cannot be made');
}
