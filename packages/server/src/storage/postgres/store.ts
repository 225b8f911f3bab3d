import { commands, runCall, storeOver, type Call, type Storage } from '../commands.ts';
import type { Sql } from '../sql.ts';
import { appendTogether, type Append } from './appendTogether.ts';
import { createBatches } from './batches.ts';
import { openPools } from './connections.ts';
import { meetHighWater, noteNowAndThen, startNewLife } from './highWater.ts';
import { lockFor } from './locks.ts';
import { prepare } from './opening.ts';
import { raiseTogether, type Raise } from './raiseTogether.ts';
import { changing, looking } from './transaction.ts';

/** Who is told how the storage is doing. */
export interface PostgresWatch {
  /** Something that the operator should know. */
  onWarning?: (what: string) => void;
  onCommit?: (commit: { calls: number; seconds: number }) => void;
  /** Handed over at the start: how many writes have no answer yet. */
  onQueue?: (length: () => number) => void;
}

/** A database of several nodes. */
export interface Shared {
  store: Storage;
  /** The same for all nodes on it, and for nobody else. */
  cluster: string;
}

/** Connections of one node. PostgreSQL has 100 unless told otherwise: enough for six nodes. */
const CONNECTIONS = { writing: 9, reading: 6 };

/**
 * The store of several nodes. All of them are equal: what must not happen at the same time waits for a lock in the
 * database (locks.ts), and sends of one node share transactions (appendTogether.ts), and so do marks (raiseTogether.ts).
 *
 * While the database is away commands are refused `storage.unavailable`; one whose commit was under way fails with
 * `OutcomeUnknown` (I3, I36). Nothing has to be started anew when it is back.
 *
 * @param noteIn the beginning of the name of a file that tells how far the log had come (I18)
 * @throws {Error} when the database cannot be reached, or is not what it must be.
 */
export async function openPostgres(
  url: string,
  { noteIn, size = CONNECTIONS, ...watch }: PostgresWatch & { noteIn?: string; size?: typeof CONNECTIONS } = {},
): Promise<Shared> {
  const warn = (what: string) => watch.onWarning?.(what);
  const pools = openPools(url, size, ({ message }) => warn(`A connection to PostgreSQL was lost: ${message}`));
  const close = async () => {
    await Promise.all([pools.writing.end(), pools.reading.end()]);
  };
  let cluster: string;
  let stopNoting = async () => {};
  try {
    await prepare(pools.writing);
    cluster = await looking(pools.reading, clusterOf);
    if (noteIn !== undefined) {
      for (const what of await meetHighWater(noteIn, pools.writing)) warn(what);
      stopNoting = noteNowAndThen(noteIn, pools.reading, warn);
    }
  } catch (error) {
    await close();
    throw error;
  }

  let underWay = 0;
  const write = async (call: Call) => {
    underWay += 1;
    try {
      return await changing(pools.writing, async (sql) => {
        await lockFor(call, sql);
        return runCall(call, sql);
      });
    } finally {
      underWay -= 1;
    }
  };
  const observed = watch.onCommit && { onCommit: watch.onCommit };
  const appends = createBatches({
    keyOf: ([{ appId }, dlgId]: Append) => [appId, dlgId].join('\n'),
    mayShare: true,
    together: (asked) => changing(pools.writing, (sql) => appendTogether(sql, asked)),
    alone: (append) => write({ name: 'appendMessage', args: append }) as ReturnType<Storage['appendMessage']>,
    ...observed,
  });
  const marks = createBatches({
    keyOf: ([{ appId, userId }, dlgId]: Raise) => [appId, dlgId, userId].join('\n'),
    mayShare: false,
    together: (asked) => changing(pools.writing, (sql) => raiseTogether(sql, asked)),
    alone: (raise) => write({ name: 'raiseMarks', args: raise }) as ReturnType<Storage['raiseMarks']>,
    ...observed,
  });
  watch.onQueue?.(() => underWay + appends.waiting() + marks.waiting());

  const perform = (call: Call): Promise<unknown> => {
    if (commands[call.name].does === 'reads') return looking(pools.reading, (sql) => runCall(call, sql));
    const own = ownAppend(call);
    if (own) return appends.add(own);
    // By its name the arguments are those; a call that has come this far carries them without their types.
    if (call.name === 'raiseMarks') return marks.add(call.args as unknown as Raise);
    return write(call);
  };
  const store = storeOver(perform, async () => {
    await Promise.all([appends.idle(), marks.idle()]);
    await stopNoting();
    await close();
  });
  return { store, cluster };
}

async function clusterOf(sql: Sql): Promise<string> {
  const [row] = await sql.query<{ cluster_id: string }>(`SELECT cluster_id FROM cluster_identity`);
  return row?.cluster_id ?? '';
}

/** For the operator who has restored an older copy in a way that no start can notice. The nodes should be stopped. */
export async function newLogEpochIn(url: string): Promise<string> {
  const pools = openPools(url, { writing: 1, reading: 1 }, () => {});
  try {
    await prepare(pools.writing);
    return await changing(pools.writing, startNewLife);
  } finally {
    await Promise.all([pools.writing.end(), pools.reading.end()]);
  }
}

/** Somebody sends in his own name, as everybody does. */
function ownAppend({ name, args }: Call): Append | undefined {
  if (name !== 'appendMessage') return undefined;
  // By its name the arguments are those; a call that has come this far carries them without their types.
  const append = args as unknown as Append;
  const [actor, , draft] = append;
  return actor.userId === draft.fromuid ? append : undefined;
}
