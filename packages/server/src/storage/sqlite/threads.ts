import { commands, storeOver, type Storage } from '../commands.ts';
import { startThread, type Thread } from './thread.ts';
import type { Commit } from './wire.ts';

/** How far the log has come is written down this often, while anything is written at all. */
const NOTE_EVERY_MS = 10_000;

/** Who is told how the storage is doing. */
export interface StorageWatch {
  /** Once, when the disk cannot be trusted any more. */
  onFatal: (cause: Error) => void;
  /** Something that the operator should know. */
  onWarning?: (what: string) => void;
  onCommit?: (commit: Commit) => void;
  /** Handed over at the start: how many writes have no answer yet. */
  onQueue?: (length: () => number) => void;
}

/** Pages in the log, not yet in the database file, after which the reader is asked to copy them: 4 MiB. */
const CHECKPOINT_PAGES = 1000;

/**
 * The store of a server: one thread writes, one reads, and the main thread never waits for the disk.
 *
 * When the disk cannot be trusted any more, no command is answered again: what was under way fails with
 * `OutcomeUnknown`, what comes after is refused `storage.unavailable`, and `onFatal` is told once. The process should
 * end then and start anew (I32).
 *
 * @throws {Error} when the database cannot be opened, is damaged, newer, or not durable (I33).
 */
export async function openThreads(
  file: string,
  watch: StorageWatch,
  { noteEveryMs = NOTE_EVERY_MS } = {},
): Promise<Storage> {
  const threads: Thread[] = [];
  let isDead = false;
  let isNoted = true;
  const warning = (what: string) => watch.onWarning?.(what);
  const death = (cause: Error) => {
    if (isDead) return;
    isDead = true;
    for (const thread of threads) thread.kill(cause);
    watch.onFatal(cause);
  };

  const reader: { thread?: Thread } = {};
  const prepared = startThread(
    { role: 'writer', file },
    {
      death,
      warning,
      commit: (commit) => watch.onCommit?.(commit),
      wal: ({ pages, checkpointed }) => {
        isNoted = false;
        if (pages - checkpointed > CHECKPOINT_PAGES) reader.thread?.checkpoint();
      },
    },
  );
  const reading = startThread({ role: 'reader', file }, { death, warning }, prepared);
  // It fails with the writer, and that is told by the writer.
  reading.catch(() => {});
  const writer = await prepared;
  threads.push(writer);
  try {
    reader.thread = await reading;
  } catch (error) {
    await writer.close();
    throw error;
  }
  threads.push(reader.thread);
  watch.onQueue?.(writer.underWay);
  const noteNowAndThen = setInterval(() => {
    if (!isNoted) reader.thread?.note();
    isNoted = true;
  }, noteEveryMs).unref();
  const by = { writes: writer, reads: reader.thread };

  return storeOver(
    (call) => by[commands[call.name].does].ask(call),
    async () => {
      clearInterval(noteNowAndThen);
      // The writer last: whoever closes last folds the log into the database file.
      await by.reads.close();
      await by.writes.close();
    },
  );
}
