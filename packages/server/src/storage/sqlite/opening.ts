import { migrate } from '../migrations/migrate.ts';
import { sqliteMigrations } from '../migrations/sqlite.ts';
import { checkFile } from './checking.ts';
import { IN_MEMORY, type Database } from './database.ts';
import { atomicallyOn } from './groupCommit.ts';
import { highWaterOf, meetHighWater, noted } from './highWater.ts';

/**
 * What is done with a database before anybody is served: it is looked through, brought to the newest schema, and compared
 * with what it had been.
 *
 * @returns what the operator should know.
 * @throws {Error} when it is damaged (I33), or was written by a newer server.
 */
export async function prepareToWrite(file: string, db: Database): Promise<string[]> {
  const unchecked = await checkFile(file, db);
  await migrate({ atomically: (work) => atomicallyOn(db, work) }, sqliteMigrations);
  const met = file === IN_MEMORY ? [] : await meetHighWater(file, db);
  return [...(unchecked === undefined ? [] : [unchecked]), ...met];
}

/** Notes how far the log has come, and closes. Of a disk that failed nothing is noted: the older note still holds. */
export async function closeNoted(file: string, db: Database): Promise<void> {
  try {
    if (file !== IN_MEMORY) noted(file, await highWaterOf(db));
  } finally {
    db.close();
  }
}
