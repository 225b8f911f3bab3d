import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { id, type FileId } from '@trialogue/protocol';

import type { HalfFiles } from '../chat/ports.ts';
import { isFileId, nameOf } from './names.ts';

/** How half files become whole ones. */
interface Ways {
  wholeOf: (fileId: FileId) => string;
  /** From a path to where whole files lie, for good. */
  moveIn: (path: string, fileId: FileId) => Promise<void>;
}

/**
 * Half files in a folder that holds nothing else: the bytes of each, and a note beside them.
 *
 *   begin ──► note, bytes ── append … ── makeWhole ──► note, whole file ── letGo ──► whole file
 *
 * The note goes last, so that after a crash there is something to go on from.
 */
export async function diskHalves(folder: string, { wholeOf, moveIn }: Ways): Promise<HalfFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const noteOf = (fileId: FileId) => join(folder, `${nameOf(fileId)}.note`);
  const bytesOf = (fileId: FileId) => join(folder, `${nameOf(fileId)}.bytes`);
  const lieAt = (fileId: FileId) => (existsSync(bytesOf(fileId)) ? bytesOf(fileId) : wholeOf(fileId));

  const letGo = async (fileId: FileId) => {
    await rm(bytesOf(fileId), { force: true });
    await rm(noteOf(fileId), { force: true });
  };

  return {
    letGo,
    async begin(fileId, note) {
      await writeFile(bytesOf(fileId), '', { flag: 'wx', mode: 0o600 });
      await writeFile(noteOf(fileId), note, { flag: 'wx', mode: 0o600 });
    },
    async find(fileId) {
      // Anybody may ask for anything; what cannot be a name of ours is not there.
      if (!isFileId(fileId)) return undefined;
      try {
        const note = await readFile(noteOf(fileId), 'utf8');
        return { note, size: (await stat(lieAt(fileId))).size };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async append(fileId, at, bytes) {
      const file = await open(bytesOf(fileId), 'r+');
      try {
        await file.truncate(at);
        let place = at;
        for await (const part of bytes) {
          for (let done = 0; done < part.length;) {
            const { bytesWritten } = await file.write(part, done, part.length - done, place);
            done += bytesWritten;
            place += bytesWritten;
          }
        }
      } finally {
        await file.close();
      }
    },
    read: (fileId) => createReadStream(lieAt(fileId)),
    async makeWhole(fileId) {
      if (!existsSync(bytesOf(fileId))) return;
      const file = await open(bytesOf(fileId), 'r+');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
      await moveIn(bytesOf(fileId), fileId);
    },
    async tidy(before) {
      for (const name of await readdir(folder)) {
        const fileId = id<FileId>(name.replace(/\.(note|bytes)$/, ''));
        const touched = await stat(bytesOf(fileId))
          .catch(() => stat(noteOf(fileId)))
          .catch(() => undefined);
        if (touched && touched.mtimeMs < before) await letGo(fileId);
      }
    },
  };
}
