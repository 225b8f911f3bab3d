import type { Store } from '../../chat/ports.ts';
import { commands, storeOver } from '../commands.ts';
import { startThread, type Thread } from './thread.ts';

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
export async function openThreads(file: string, { onFatal }: { onFatal: (cause: Error) => void }): Promise<Store> {
  const threads: Thread[] = [];
  let isDead = false;
  const onDeath = (cause: Error) => {
    if (isDead) return;
    isDead = true;
    for (const thread of threads) thread.kill(cause);
    onFatal(cause);
  };

  const reader: { thread?: Thread } = {};
  const writer = await startThread(
    { role: 'writer', file },
    {
      onDeath,
      onWal: ({ pages, checkpointed }) => {
        if (pages - checkpointed > CHECKPOINT_PAGES) reader.thread?.checkpoint();
      },
    },
  );
  threads.push(writer);
  try {
    reader.thread = await startThread({ role: 'reader', file }, { onDeath });
  } catch (error) {
    await writer.close();
    throw error;
  }
  threads.push(reader.thread);
  const by = { writes: writer, reads: reader.thread };

  return storeOver(
    (call) => by[commands[call.name].does].ask(call),
    async () => {
      // The writer last: whoever closes last folds the log into the database file.
      await by.reads.close();
      await by.writes.close();
    },
  );
}
