import type { Migratable } from './migrations/migrate.ts';
import type { Sql, Value } from './sql.ts';

/** Something under the master key as it lies: what it is, and by which names it is found. */
export interface Wrapped {
  kind: WrappedKind;
  names: string[];
  wrapped: string;
}

interface PlaceOfWrapped {
  table: string;
  column: string;
  /** The primary key of the table; in its order the rows are gone through. */
  key: readonly string[];
  /** What is bound to it; of a table that knows its conversation by number, the first two are the conversation's. */
  names: readonly string[];
}

/** Every column that holds something under the master key. */
export const places = {
  appSecret: { table: 'apps', column: 'secret_wrapped', key: ['app_id'], names: ['app_id'] },
  olderSecret: { table: 'apps', column: 'older_wrapped', key: ['app_id'], names: ['app_id'] },
  dlgKey: {
    table: 'conversation_keys',
    column: 'wrapped',
    key: ['conversation', 'epoch'],
    names: ['app_id', 'dlg_id', 'epoch'],
  },
  file: { table: 'files', column: 'key_wrapped', key: ['file_id'], names: ['app_id', 'dlg_id', 'file_id'] },
  userCustom: { table: 'user_customs', column: 'sealed', key: ['app_id', 'user_id'], names: ['app_id', 'user_id'] },
  cannedReply: {
    table: 'canned_replies',
    column: 'sealed',
    key: ['app_id', 'owner_id', 'reply_id'],
    names: ['app_id', 'owner_id', 'reply_id'],
  },
  report: {
    table: 'reports',
    column: 'sealed',
    key: ['report_id'],
    names: ['app_id', 'dlg_id', 'report_id'],
  },
  auditHead: { table: 'audit_heads', column: 'sealed', key: ['app_id'], names: ['app_id'] },
  appSettings: { table: 'app_settings', column: 'sealed', key: ['app_id'], names: ['app_id'] },
} as const satisfies Record<string, PlaceOfWrapped>;
export type WrappedKind = keyof typeof places;
const wrappedKinds = Object.keys(places) as WrappedKind[];

/** How many of each kind were put under the master key. */
export type Rewrapped = Record<WrappedKind, number>;

export interface Rewrapping {
  /** Of the master key, as it stands in what it wraps. */
  keyId: string;
  /** Opens one with the key that it is under, and wraps it again. */
  anew(it: Wrapped): string;
  /** Told after each transaction how many rows it has changed; what it throws interrupts. */
  onStep?(kind: WrappedKind, rows: number): void;
}

/** In one transaction: others write in between. */
const ROWS_AT_ONCE = 200;

/** Of looks at all of it: whoever still finds something then is not alone. */
const LOOKS_MOST = 10;

/**
 * Puts everything that is not under this master key under it, a bounded number of rows at a time. It may be stopped and
 * begun again, and servers may run meanwhile if they know both keys: a row that one of them changes or destroys in
 * between stays as that left it.
 *
 * Ends with a look at all of it that finds nothing, so what a server still put under an older key meanwhile is met too.
 *
 * @throws {Error} when one goes on doing so.
 */
export async function rewrapAll(db: Migratable, rewrapping: Rewrapping): Promise<Rewrapped> {
  const done = Object.fromEntries(wrappedKinds.map((kind) => [kind, 0])) as Rewrapped;
  for (const kind of wrappedKinds) {
    for (let look = 1; ; look++) {
      const found = await throughAll(db, kind, rewrapping);
      done[kind] += found;
      if (found === 0) break;
      if (look === LOOKS_MOST) {
        throw new Error(
          'A server still puts secrets under an older master key. Start all of them with the new one first.',
        );
      }
    }
  }
  return done;
}

async function throughAll(db: Migratable, kind: WrappedKind, { keyId, anew, onStep }: Rewrapping): Promise<number> {
  let found = 0;
  let after: Value[] | undefined;
  for (;;) {
    const rows = await db.atomically(async (sql) => {
      const older = await olderThan(sql, kind, keyId, after);
      for (const row of older) await replace(sql, row, anew(row));
      return older;
    });
    after = rows.at(-1)?.key;
    if (!after) return found;
    found += rows.length;
    onStep?.(kind, rows.length);
  }
}

interface Row extends Wrapped {
  key: Value[];
}

/** Rows of a kind that are under another key, behind this one in the order of the primary key. */
async function olderThan(sql: Sql, kind: WrappedKind, keyId: string, after: Value[] | undefined): Promise<Row[]> {
  const { table, column, key, names }: PlaceOfWrapped = places[kind];
  const isOfConversation = names.includes('dlg_id');
  const ownerOf = (name: string) => (isOfConversation && (name === 'app_id' || name === 'dlg_id') ? 'c' : 't');
  const selected = [
    ...names.map((name, at) => `${ownerOf(name)}.${name} AS n${at}`),
    ...key.map((name, at) => `t.${name} AS k${at}`),
  ];
  const ordered = key.map((name) => `t.${name}`).join(', ');
  const behind = after ? `AND (${ordered}) > (${key.map((_, at) => `$${at + 2}`).join(', ')})` : '';
  const rows = await sql.query<Record<string, string | number>>(
    `SELECT ${selected.join(', ')}, t.${column} AS wrapped
     FROM ${table} t ${isOfConversation ? 'JOIN conversations c ON c.id = t.conversation' : ''}
     WHERE t.${column} NOT LIKE $1 ${behind} ORDER BY ${ordered} LIMIT ${ROWS_AT_ONCE}`,
    `mk1.${keyId}.%`,
    ...(after ?? []),
  );
  return rows.map((row) => ({
    kind,
    names: names.map((_, at) => String(row[`n${at}`])),
    key: key.map((_, at) => row[`k${at}`] ?? null),
    wrapped: String(row['wrapped']),
  }));
}

/** Unless somebody else has changed it since it was read. */
async function replace(sql: Sql, { kind, key, wrapped }: Row, to: string): Promise<void> {
  const { table, column, key: columns }: PlaceOfWrapped = places[kind];
  const isIt = columns.map((name, at) => `${name} = $${at + 3}`).join(' AND ');
  await sql.query(`UPDATE ${table} SET ${column} = $1 WHERE ${column} = $2 AND ${isIt}`, to, wrapped, ...key);
}
