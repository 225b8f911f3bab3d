import type { Migratable } from './migrations/migrate.ts';
import type { Sql, Value } from './sql.ts';

/** Something under the master key as it lies: what it is, and by which names it is found. */
export interface Wrapped {
  kind: WrappedKind;
  names: string[];
  wrapped: string;
}

/** Every column that holds something under the master key. `names` find its row again. */
const places = {
  appSecret: { table: 'apps', column: 'secret_wrapped', names: ['app_id'] },
  olderSecret: { table: 'apps', column: 'older_wrapped', names: ['app_id'] },
  dlgKey: { table: 'conversation_keys', column: 'wrapped', names: ['app_id', 'dlg_id', 'epoch'] },
  file: { table: 'files', column: 'key_wrapped', names: ['app_id', 'dlg_id', 'file_id'] },
  userCustom: { table: 'user_customs', column: 'sealed', names: ['app_id', 'user_id'] },
  cannedReply: { table: 'canned_replies', column: 'sealed', names: ['app_id', 'owner_id', 'reply_id'] },
  appSettings: { table: 'app_settings', column: 'sealed', names: ['app_id'] },
} as const;
export type WrappedKind = keyof typeof places;
const wrappedKinds = Object.keys(places) as WrappedKind[];

/** In one transaction: others write in between. */
const ROWS_AT_ONCE = 200;

/** Of a table that knows its conversation by number, the names are its conversation's. */
const isOfConversation = (names: readonly string[]): boolean => names.includes('dlg_id');

/**
 * Puts everything that is not under this master key under it, a bounded number of rows at a time. It may be stopped and
 * begun again, and the server may run meanwhile if it knows both keys.
 *
 * @param keyId of the master key, as it stands in what it wraps
 * @param anew opens one with the key that it is under, and wraps it again
 * @returns how many of each kind.
 */
export async function rewrapAll(
  db: Migratable,
  keyId: string,
  anew: (it: Wrapped) => string,
): Promise<Record<WrappedKind, number>> {
  const done = Object.fromEntries(wrappedKinds.map((kind) => [kind, 0])) as Record<WrappedKind, number>;
  for (const kind of wrappedKinds) {
    for (;;) {
      const count = await db.atomically(async (sql) => {
        const rows = await olderThan(sql, kind, keyId);
        for (const row of rows) await replace(sql, row, anew(row));
        return rows.length;
      });
      if (count === 0) break;
      done[kind] += count;
    }
  }
  return done;
}

async function olderThan(sql: Sql, kind: WrappedKind, keyId: string): Promise<Wrapped[]> {
  const { table, column, names } = places[kind];
  const from = isOfConversation(names) ? `${table} t JOIN conversations c ON c.id = t.conversation` : `${table} t`;
  const selected = names.map((name, at) => `${ownerOf(names, name)}.${name} AS n${at}`).join(', ');
  const rows = await sql.query<Record<string, string | number>>(
    `SELECT ${selected}, t.${column} AS wrapped FROM ${from} WHERE t.${column} NOT LIKE $1 LIMIT ${ROWS_AT_ONCE}`,
    `mk1.${keyId}.%`,
  );
  return rows.map((row) => ({
    kind,
    names: names.map((_, at) => String(row[`n${at}`])),
    wrapped: String(row['wrapped']),
  }));
}

async function replace(sql: Sql, { kind, names, wrapped }: Wrapped, to: string): Promise<void> {
  const { table, column, names: columns } = places[kind];
  const given: Value[] = names.map((name, at) => (columns[at] === 'epoch' ? Number(name) : name));
  const slot = (name: string) => `$${columns.indexOf(name as never) + 3}`;
  const own = columns.filter((name) => ownerOf(columns, name) === 't').map((name) => `${name} = ${slot(name)}`);
  const ofConversation = isOfConversation(columns)
    ? [`conversation = (SELECT id FROM conversations WHERE app_id = ${slot('app_id')} AND dlg_id = ${slot('dlg_id')})`]
    : [];
  await sql.query(
    `UPDATE ${table} SET ${column} = $1 WHERE ${column} = $2 AND ${[...ofConversation, ...own].join(' AND ')}`,
    to,
    wrapped,
    ...given,
  );
}

const ownerOf = (names: readonly string[], name: string): 'c' | 't' =>
  isOfConversation(names) && (name === 'app_id' || name === 'dlg_id') ? 'c' : 't';
