import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { makeFolder } from './folders.ts';

/** Secrets that the server makes for itself on its first start and finds again on the next. */
export interface SecretFiles {
  /**
   * What the file holds, without surrounding white space; `make()` is written to it first if there is none.
   * @throws {Error} when it cannot be written or read, or others than its owner may read it.
   */
  keep(name: string, make: () => string): string;
  /** How to name the file to the operator. */
  pathOf(name: string): string;
}

/** Files in `dir/secrets`: folder 0700, files 0600, whole or not there at all. */
export function secretFiles(dir: string): SecretFiles {
  const folder = join(dir, 'secrets');
  const pathOf = (name: string) => join(folder, name);
  return {
    pathOf,
    keep(name, make) {
      const file = pathOf(name);
      if (!exists(file)) {
        makeFolder(folder);
        writeWhole(file, `${make()}\n`);
      }
      if (process.platform !== 'win32' && statSync(file).mode & 0o077) {
        throw new Error(`others may read it. Run: chmod 600 ${file}`);
      }
      return readFileSync(file, 'utf8').trim();
    },
  };
}

const exists = (file: string) => statSync(file, { throwIfNoEntry: false }) !== undefined;

/** Writes beside and links into place: of two servers that start at once, one wins and both read its file. */
function writeWhole(file: string, text: string): void {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
}
