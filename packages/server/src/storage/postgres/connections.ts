import { Pool, types, type PoolClient, type PoolConfig } from 'pg';

import type { Sql, Value } from '../sql.ts';

/** What one statement may take. */
const STATEMENT_MS = 10_000;
/**
 * What may lie still in a transaction. A node that stands still holds its locks so long, and the other nodes wait for them: so it
 * is shorter than they wait.
 */
const IDLE_MS = 3_000;
/** Waiting for a row that another transaction holds: shorter, so that it is told apart from what is slow. */
const LOCK_MS = 4_000;
/** For a network that swallows everything: past this the connection is given up. */
const ANSWER_MS = 12_000;
const CONNECT_MS = 3_000;

/** Numbers of the database stay far below 2^53: counts, seqs and milliseconds. */
const INT8 = 20;
const NUMERIC = 1700;
const getTypeParser = (oid: number) => (oid === INT8 || oid === NUMERIC ? Number : types.getTypeParser(oid));

/** Texts of statements that are prepared on each connection. What is made of many slots is not worth its place. */
const MOST_PREPARED = 300;
const names = new Map<string, string>();

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (names.size >= MOST_PREPARED) return undefined;
  const name = `t${names.size}`;
  names.set(text, name);
  return name;
}

/** What PostgreSQL takes besides what both databases do. */
export type PgValue = Value | readonly (string | number | null)[];

/** One connection inside a transaction. */
export interface PgSql extends Sql {
  query<Row>(text: string, ...params: PgValue[]): Promise<Row[]>;
}

/** Statements that are asked together go out together: the connection does not wait for one answer before the next. */
export const sqlOf = (client: Pick<PoolClient, 'query'>): PgSql => ({
  async query<Row>(text: string, ...params: PgValue[]) {
    const name = nameOf(text);
    const { rows } = await client.query({ text, values: params, ...(name !== undefined && { name }) });
    return rows as Row[];
  },
});

export interface Pools {
  /** For commands that change something; plans its statements by the keys they name. */
  writing: Pool;
  /** A pool of its own, so that nobody who waits for a lock keeps a reader waiting. */
  reading: Pool;
}

/** Every command that writes finds its rows by a key. A plan made while the tables were small must not outlive that. */
const BY_KEY = '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off';

/** @param lost told of connections that broke while nobody used them */
export function openPools(
  url: string,
  size: { writing: number; reading: number },
  lost: (error: Error) => void,
): Pools {
  const common: PoolConfig = {
    connectionString: url,
    application_name: 'trialogue',
    statement_timeout: STATEMENT_MS,
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: IDLE_MS,
    query_timeout: ANSWER_MS,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    pipeline: true,
    types: { getTypeParser },
  };
  const writing = new Pool({ ...common, max: size.writing, options: BY_KEY });
  const reading = new Pool({ ...common, max: size.reading });
  for (const pool of [writing, reading]) pool.on('error', lost);
  return { writing, reading };
}
