import type { Sql } from '../sql.ts';

/** A database that can run work as one transaction. */
export interface Migratable {
  atomically<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
}

/**
 * Brings a database, empty or older, to the newest schema. Doing it again changes nothing. Each step is a transaction
 * of its own and looks again at where the database stands, so two processes may start at the same time.
 *
 * @throws {Error} for a database that a newer version of the server has written.
 */
export async function migrate(db: Migratable, migrations: readonly (readonly string[])[]): Promise<void> {
  for (;;) {
    const version = await db.atomically((sql) => step(sql, migrations));
    if (version === migrations.length) return;
  }
}

/** Takes one step, unless there is none left. Answers the version after it. */
async function step(sql: Sql, migrations: readonly (readonly string[])[]): Promise<number> {
  await sql.query(`CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY)`);
  const [row] = await sql.query<{ version: number | null }>(`SELECT max(version) AS version FROM schema_versions`);
  const version = row?.version ?? 0;
  if (version > migrations.length) {
    throw new Error(
      `The database has schema version ${version}, but this server knows versions up to ${migrations.length}. ` +
        `It was written by a newer server: run that version, or use another DATA_DIR.`,
    );
  }
  const next = migrations[version];
  if (!next) return version;
  for (const statement of next) await sql.query(statement);
  await sql.query(`INSERT INTO schema_versions (version) VALUES ($1)`, version + 1);
  return version + 1;
}
