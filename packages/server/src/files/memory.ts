import type { FileId } from '@trialogue/protocol';

import type { FileStore } from '../chat/ports.ts';

/** Files that live as long as the process: for tests and seeded worlds. */
export function memoryFiles(): FileStore {
  const files = new Map<FileId, Uint8Array>();
  return {
    async put(fileId, bytes) {
      const parts: Uint8Array[] = [];
      for await (const part of bytes) parts.push(part);
      files.set(fileId, Buffer.concat(parts));
    },
    async *get(fileId) {
      const bytes = files.get(fileId);
      if (!bytes) throw new Error(`There is no file ${fileId}.`);
      yield bytes;
    },
    async remove(fileId) {
      files.delete(fileId);
    },
  };
}
