import { existsSync } from 'node:fs';

import { rewrapAll, type Rewrapped, type Rewrapping } from '../rewrap.ts';
import { openDatabase } from './database.ts';
import { atomicallyOn } from './groupCommit.ts';
import { closeNoted, prepareToWrite } from './opening.ts';

/** {@link rewrapAll} on the embedded database. @throws {Error} when there is none, or it cannot be opened. */
export async function rewrapSqlite(file: string, rewrapping: Rewrapping): Promise<Rewrapped> {
  if (!existsSync(file)) throw new Error(`There is no database ${file}. Expected: DATA_DIR of the server.`);
  const db = openDatabase(file);
  try {
    await prepareToWrite(file, db);
    return await rewrapAll({ atomically: (work) => atomicallyOn(db, work) }, rewrapping);
  } finally {
    await closeNoted(file, db);
  }
}
