import { DatabaseSync, type StatementSyncInstance } from '@photostructure/sqlite';

import type { Sql, Value } from '../sql.ts';
import { isFull } from './failures.ts';
import { assertSettings, settings } from './settings.ts';

/** Pages of the write-ahead log, and how many of them are in the database file already. */
export interface Wal {
  pages: number;
  checkpointed: number;
}

/** One connection to an embedded database. */
export interface Database extends Sql {
  /** Runs one statement that answers nothing. */
  exec(statement: string): void;
  readonly isInTransaction: boolean;
  /** How many statements it has run that may have changed something. */
  readonly writes: number;
  wal(): Wal;
  /** Copies what it can from the log into the database file, without waiting for anybody. */
  checkpoint(): void;
  /** Folds the log into the database file, as far as no other connection needs it, and closes. */
  close(): void;
}

export const IN_MEMORY = ':memory:';

/**
 * Opens a connection and proves that it is durable: an answered commit is on disk (I8, I33).
 *
 * @throws {Error} when the file is no database, is damaged, or cannot be set up so.
 */
export function openDatabase(file: string, { readOnly = false } = {}): Database {
  const db = connect(file);
  const statements = new Map<string, Prepared>();
  let writes = 0;
  const prepared = (text: string): Prepared => {
    const known = statements.get(text);
    if (known) return known;
    // SQLite takes `$1` for a name and numbers it by its first place in the text; `?1` is a number.
    const statement = db.prepare(text.replace(/\$(\d+)/g, '?$1'));
    // Making an object is quick here and slow in the binding, which looks up a name for every cell.
    statement.setReturnArrays(true);
    const columns = statement.columns().map(({ name }) => name ?? '');
    const fresh = { statement, columns, reads: /^\s*SELECT\b/.test(text) };
    statements.set(text, fresh);
    return fresh;
  };
  const rows = <Row>(text: string, params: Value[] = []): Row[] => {
    const { statement, columns, reads } = prepared(text);
    if (!reads) writes++;
    const found = statement.all(...params) as Value[][];
    return found.map((cells) => named(columns, cells) as Row);
  };
  const walAfter = (mode: 'NOOP' | 'PASSIVE'): Wal => {
    const [row] = rows<{ log: number; checkpointed: number }>(`PRAGMA wal_checkpoint(${mode})`);
    return { pages: Math.max(0, row?.log ?? 0), checkpointed: Math.max(0, row?.checkpointed ?? 0) };
  };

  try {
    for (const [name, wanted] of settings(file === IN_MEMORY)) {
      // A connection that only reads leaves the file's own journal mode alone, and still asserts it.
      if (!(readOnly && name === 'journal_mode')) rows(`PRAGMA ${name} = ${wanted}`);
    }
    if (readOnly) rows(`PRAGMA query_only = 1`);
    assertSettings(file, (name) => Object.values(rows<Record<string, Value>>(`PRAGMA ${name}`)[0] ?? {})[0]);
    // Checkpoints are somebody else's work: inside a commit they would make one sender wait for all.
    if (file !== IN_MEMORY) rows(`PRAGMA wal_autocheckpoint = 0`);
  } catch (error) {
    db.close();
    throw withFile(file, error);
  }

  return {
    query: async <Row>(text: string, ...params: Value[]) => rows<Row>(text, params),
    exec: (text) => void prepared(text).statement.run(),
    get isInTransaction() {
      return db.isTransaction;
    },
    get writes() {
      return writes;
    },
    wal: () => walAfter('NOOP'),
    checkpoint() {
      try {
        walAfter('PASSIVE');
      } catch (error) {
        // With a full disk the log stays as long as it is: what is in it is safe, and the next time may do better.
        if (!isFull(error)) throw error;
      }
    },
    close() {
      if (!db.isOpen) return;
      // Statements that wait for the garbage collector keep SQLite from folding the log into the file by itself.
      if (!readOnly && file !== IN_MEMORY) rows(`PRAGMA wal_checkpoint(TRUNCATE)`);
      statements.clear();
      db.close();
    },
  };
}

interface Prepared {
  statement: StatementSyncInstance;
  columns: string[];
  /** Changes nothing. */
  reads: boolean;
}

function named(columns: readonly string[], cells: readonly Value[]): Record<string, Value> {
  const row: Record<string, Value> = {};
  columns.forEach((column, at) => (row[column] = cells[at] ?? null));
  return row;
}

function connect(file: string) {
  try {
    return new DatabaseSync(file, { timeout: 5000 });
  } catch (error) {
    throw withFile(file, error);
  }
}

/** Says which file it was. */
export const withFile = (file: string, cause: unknown): Error =>
  new Error(`The database ${file} cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}.`, {
    cause,
  });
