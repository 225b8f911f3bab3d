import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes the folder and those above it, for its owner only. `mkdir` with `recursive` would try for ever where a folder
 * is there and none can be made in it, as below `/proc`.
 *
 * @throws {Error} naming the first one that cannot be made
 */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let at = resolve(folder); !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.unshift(at);
  for (const at of missing) {
    try {
      mkdirSync(at, { mode: 0o700 });
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      // Another server starts at the same time.
      if (code !== 'EEXIST') throw new Error(`the folder ${at} cannot be made (${code})`, { cause: error });
    }
  }
}
