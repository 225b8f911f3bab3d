import { existsSync } from 'node:fs';

import { openDatabase } from './database.ts';
import { startNewLife } from './highWater.ts';
import { closeNoted, prepareToWrite } from './opening.ts';

/**
 * For the operator who has restored an older copy in a way that a start cannot notice (see highWater.ts): every
 * conversation of the database gets a new `logEpoch`. The server should be stopped.
 *
 * @returns the new epoch.
 * @throws {Error} when there is no database, or it cannot be opened.
 */
export async function newLogEpoch(file: string): Promise<string> {
  if (!existsSync(file)) throw new Error(`There is no database ${file}. Expected: DATA_DIR of the server.`);
  const db = openDatabase(file);
  try {
    await prepareToWrite(file, db);
    return await startNewLife(db);
  } finally {
    await closeNoted(file, db);
  }
}
