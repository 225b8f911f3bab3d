import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';

import type { Pool } from 'pg';

import { openDatabase, type Database } from '../sqlite/database.ts';
import { prepareToWrite } from '../sqlite/opening.ts';
import { openPools, type PgSql } from './connections.ts';
import { prepare } from './opening.ts';
import { changing, looking } from './transaction.ts';

type Cell = string | number | null;
type Row = Record<string, Cell>;

interface Table {
  name: string;
  columns: string[];
  /** In this order the rows are copied, so the last one that is there says where to go on. */
  key: string[];
}

/** Before those that refer to them. The rest refers only to these. */
const FIRST = ['apps', 'users', 'sessions', 'conversations'];
/** What each database has of its own. */
const OWN = new Set(['schema_versions', 'log_identity']);
const ROWS_PER_STEP = 1_000;

/** What was moved, table by table, and is the same on both sides: so many rows of this hash. */
export type Moved = { table: string; rows: number; hash: string }[];

/**
 * Copies all that an embedded database holds into an empty PostgreSQL, and compares both row by row. Interrupted, it goes
 * on where it was when it is called again. No server writes to the embedded database meanwhile, and none serves from the
 * PostgreSQL before all is there. The embedded database is left as it is.
 *
 * @param onStep told after each step; what it throws interrupts
 * @throws {Error} when there is no such database, another program writes to it, the PostgreSQL holds something else, or
 * the two are not the same in the end.
 */
export async function moveStore(
  file: string,
  url: string,
  onStep: (table: string, rows: number) => void = () => {},
): Promise<Moved> {
  if (!existsSync(file)) throw new Error(`There is no database ${file}. Expected: DATA_DIR of the server.`);
  const pools = openPools(url, { writing: 1, reading: 1 }, () => {});
  const from = openDatabase(file);
  try {
    await prepareToWrite(file, from);
    await prepare(pools.writing, { isMoving: true });
    // Whoever writes now waits, and is refused in the end.
    from.exec('BEGIN IMMEDIATE');
    const logId = await begin(from, pools.writing);
    const tables = await tablesOf(from);
    for (const table of tables) await copy(from, pools.writing, table, onStep);
    const moved: Moved = [];
    for (const table of tables) moved.push(await compared(from, pools.reading, table));
    await changing(pools.writing, (sql) => finish(sql, logId));
    return moved;
  } finally {
    if (from.isInTransaction) from.exec('ROLLBACK');
    from.close();
    await Promise.all([pools.writing.end(), pools.reading.end()]);
  }
}

/** @throws {Error} when the PostgreSQL holds anything that did not come from this database. */
async function begin(from: Database, pool: Pool): Promise<string> {
  const [identity] = await from.query<{ log_id: string }>(`SELECT log_id FROM log_identity`);
  const logId = identity?.log_id ?? '';
  await changing(pool, async (sql) => {
    const [known] = await sql.query<{ log_id: string; is_done: number }>(`SELECT log_id, is_done FROM moved_from`);
    if (known?.is_done === 1)
      throw new Error('A database has been moved into this PostgreSQL already. Nothing was done.');
    if (known?.log_id === logId) return;
    const [app] = await sql.query(`SELECT 1 FROM apps LIMIT 1`);
    if (known || app) {
      throw new Error('The PostgreSQL database already holds something else. Expected: an empty one, made for this.');
    }
    await sql.query(`INSERT INTO moved_from (log_id, is_done) VALUES ($1, 0)`, logId);
  });
  return logId;
}

async function tablesOf(from: Database): Promise<Table[]> {
  const rows = await from.query<{ name: string; column: string; pk: number }>(
    `SELECT m.name, p.name AS "column", p.pk FROM sqlite_schema m JOIN pragma_table_info(m.name) p
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, p.cid`,
  );
  const names = [...new Set([...FIRST, ...rows.map(({ name }) => name)])].filter((name) => !OWN.has(name));
  return names.map((name) => {
    const own = rows.filter((row) => row.name === name);
    const key = own.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
    return { name, columns: own.map(({ column }) => column), key: key.map(({ column }) => column) };
  });
}

async function copy(
  from: Database,
  pool: Pool,
  table: Table,
  onStep: (table: string, rows: number) => void,
): Promise<void> {
  const { name, columns, key } = table;
  const types = await looking(pool, (sql) => typesOf(sql, table));
  const last = `SELECT ${key.join(', ')} FROM ${name} ORDER BY ${key.map((column) => `${column} DESC`).join(', ')} LIMIT 1`;
  let [at] = await looking(pool, (sql) => sql.query<Row>(last));
  const insert = `INSERT INTO ${name} (${columns.join(', ')})
    SELECT * FROM unnest(${types.map((type, index) => `$${index + 1}::${type}[]`).join(', ')})`;
  for (;;) {
    const rows = await rowsAfter(from, table, at);
    if (rows.length === 0) return;
    await changing(pool, (sql) =>
      sql.query(insert, ...columns.map((column) => rows.map((row) => row[column] ?? null))),
    );
    at = rows.at(-1);
    onStep(name, rows.length);
  }
}

async function typesOf(sql: PgSql, { name, columns }: Table): Promise<string[]> {
  const rows = await sql.query<{ column: string; type: string }>(
    `SELECT column_name AS "column", data_type AS type FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = $1`,
    name,
  );
  return columns.map((column) => {
    const type = rows.find((row) => row.column === column)?.type;
    if (type === undefined) throw new Error(`PostgreSQL has no column ${name}.${column}.`);
    return type;
  });
}

/** Both databases order by the bytes of a key. */
async function rowsAfter(
  sql: { query<Each>(text: string, ...params: Cell[]): Promise<Each[]> },
  { name, columns, key }: Table,
  at: Row | undefined,
): Promise<Row[]> {
  const after = key.map((_, index) => `$${index + 1}`).join(', ');
  return sql.query<Row>(
    `SELECT ${columns.join(', ')} FROM ${name} ${at ? `WHERE (${key.join(', ')}) > (${after})` : ''}
     ORDER BY ${key.join(', ')} LIMIT ${ROWS_PER_STEP}`,
    ...(at ? key.map((column) => at[column] ?? null) : []),
  );
}

async function compared(from: Database, pool: Pool, table: Table): Promise<Moved[number]> {
  const here = await digestOf(table, (at) => rowsAfter(from, table, at));
  const there = await digestOf(table, (at) => looking(pool, (sql) => rowsAfter(sql, table, at)));
  if (here.rows === there.rows && here.hash === there.hash) return { table: table.name, ...here };
  throw new Error(
    `The table ${table.name} is not the same on both sides: ${here.rows} rows of hash ${here.hash} in SQLite, ` +
      `${there.rows} of ${there.hash} in PostgreSQL. Begin anew with an empty PostgreSQL database.`,
  );
}

async function digestOf(
  { columns }: Table,
  after: (at: Row | undefined) => Promise<Row[]>,
): Promise<{ rows: number; hash: string }> {
  const hash = createHash('sha256');
  let count = 0;
  for (let rows = await after(undefined); rows.length > 0; rows = await after(rows.at(-1))) {
    for (const row of rows) hash.update(`${JSON.stringify(columns.map((column) => row[column]))}\n`);
    count += rows.length;
  }
  return { rows: count, hash: hash.digest('hex').slice(0, 16) };
}

/** New conversations get numbers above those that came along, and the log goes on as the one it was (I18). */
async function finish(sql: PgSql, logId: string): Promise<void> {
  await sql.query(
    `SELECT setval(pg_get_serial_sequence('conversations', 'id'), (SELECT max(id) FROM conversations))
     WHERE EXISTS (SELECT 1 FROM conversations)`,
  );
  await sql.query(`UPDATE log_identity SET log_id = $1`, logId);
  await sql.query(`UPDATE moved_from SET is_done = 1`);
}
