import { Refused } from '@trialogue/protocol';

import { commands, storeOver, type Call, type Storage } from '../commands.ts';
import { IN_MEMORY, openDatabase } from './database.ts';
import { isFatal } from './failures.ts';
import { commitTogether, readTogether, type Outcome } from './groupCommit.ts';
import { closeNoted, prepareToWrite } from './opening.ts';

/** Of the log, before it is copied into the database file: 4 MiB. */
const WAL_PAGES = 1000;

/**
 * A store on the caller's own thread: one command after the other, each its own commit, and nothing but microtasks in
 * between, so that a seeded world runs the same way every time. For tests and tools; servers use `threads.ts`.
 *
 * @throws {Error} when the database cannot be trusted (I33).
 */
export async function openInProcess(
  file: string = IN_MEMORY,
  onWarning: (what: string) => void = () => {},
): Promise<Storage> {
  const db = openDatabase(file);
  let previous: Promise<unknown> = Promise.resolve();
  let isOpen = true;
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = previous.then(work);
    previous = result.catch(() => {});
    return result;
  };
  const perform = (call: Call) =>
    inTurn(async () => {
      if (!isOpen) throw new Refused('storage.unavailable');
      try {
        const isRead = commands[call.name].does === 'reads';
        const [outcome] = await (isRead ? readTogether : commitTogether)(db, [call]);
        if (!isRead && db.wal().pages > WAL_PAGES) db.checkpoint();
        return valueOf(outcome);
      } catch (error) {
        if (isFatal(error)) isOpen = false;
        throw error;
      }
    });
  const close = () =>
    inTurn(async () => {
      if (isOpen) await closeNoted(file, db);
      else db.close();
      isOpen = false;
    });

  try {
    for (const what of await prepareToWrite(file, db)) onWarning(what);
  } catch (error) {
    db.close();
    throw error;
  }
  return storeOver(perform, close);
}

function valueOf(outcome: Outcome | undefined): unknown {
  if (!outcome) throw new Error('a call had no outcome');
  if ('refused' in outcome) throw outcome.refused;
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}
