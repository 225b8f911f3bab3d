import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { FileId } from '@trialogue/protocol';

import type { FileStore } from '../chat/ports.ts';
import { diskHalves } from './diskHalves.ts';
import { nameOf, shelfOf } from './names.ts';

/**
 * Files in a folder, under nothing but their ids. A file appears whole and on disk, or not at all: it is written in
 * `incoming` and moved. What a crash left in `incoming` is thrown away at the start. One that comes in pieces waits in
 * `halves` for the rest of it, for as long as `tidy` lets it.
 *
 * @throws {Error} when the folder cannot be written.
 */
export async function diskFiles(folder: string): Promise<FileStore> {
  const incoming = join(folder, 'incoming');
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: 0o700 });

  const shelf = (fileId: FileId) => join(folder, shelfOf(fileId));
  const pathOf = (fileId: FileId) => join(shelf(fileId), nameOf(fileId));

  async function moveIn(path: string, fileId: FileId): Promise<void> {
    await mkdir(shelf(fileId), { recursive: true, mode: 0o700 });
    await rename(path, pathOf(fileId));
    await syncFolder(shelf(fileId));
  }

  return {
    async put(fileId, bytes) {
      const arriving = join(incoming, nameOf(fileId));
      try {
        const file = await open(arriving, 'wx', 0o600);
        try {
          await writeFile(file, bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await moveIn(arriving, fileId);
      } catch (error) {
        await rm(arriving, { force: true });
        throw error;
      }
    },
    get: (fileId) => createReadStream(pathOf(fileId)),
    remove: (fileId) => rm(pathOf(fileId), { force: true }),
    halves: await diskHalves(join(folder, 'halves'), { wholeOf: pathOf, moveIn }),
  };
}

/** A new name is on disk only once its folder is. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
