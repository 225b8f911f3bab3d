export type Value = string | number | null | Uint8Array;

/**
 * One open transaction of the database. The SQL keeps to what SQLite and PostgreSQL both speak; parameters are `$1`,
 * `$2`, …, each as often as it is needed.
 */
export interface Sql {
  query<Row>(text: string, ...params: Value[]): Promise<Row[]>;
  /** Pages that others printed from this very state of the database, where several look at it together. */
  readonly printed?: Map<string, string>;
}

/** `$from, $from+1, …`: for an IN list of `count` parameters. */
export const slots = (count: number, from: number): string =>
  Array.from({ length: count }, (_, at) => `$${from + at}`).join(', ');

/** So many in one question: below what any database takes as parameters. */
const AT_ONCE = 500;

export function* inRuns<T>(all: readonly T[]): Iterable<readonly T[]> {
  for (let at = 0; at < all.length; at += AT_ONCE) yield all.slice(at, at + AT_ONCE);
}
