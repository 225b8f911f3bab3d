import type { FileId } from '@trialogue/protocol';

import type { FileStore, HalfFiles } from '../chat/ports.ts';

/** Files that live as long as the process: for tests and seeded worlds. */
export function memoryFiles(now: () => number = Date.now): FileStore {
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
    halves: memoryHalves(files, now),
  };
}

function memoryHalves(files: Map<FileId, Uint8Array>, now: () => number): HalfFiles {
  const halves = new Map<FileId, { note: string; bytes: Uint8Array | undefined; touchedAt: number }>();
  const bytesOf = (fileId: FileId): Uint8Array => {
    const bytes = halves.get(fileId)?.bytes ?? files.get(fileId);
    if (!bytes) throw new Error(`There is no half file ${fileId}.`);
    return bytes;
  };
  return {
    async begin(fileId, note) {
      halves.set(fileId, { note, bytes: new Uint8Array(), touchedAt: now() });
    },
    async find(fileId) {
      const half = halves.get(fileId);
      return half && { note: half.note, size: bytesOf(fileId).length };
    },
    async append(fileId, at, bytes) {
      const cut = bytesOf(fileId).subarray(0, at);
      const half = halves.get(fileId);
      if (!half?.bytes) throw new Error(`There is no half file ${fileId}.`);
      half.bytes = cut;
      for await (const part of bytes) {
        half.bytes = Buffer.concat([half.bytes, part]);
        half.touchedAt = now();
      }
    },
    async *read(fileId) {
      yield bytesOf(fileId);
    },
    async makeWhole(fileId) {
      const half = halves.get(fileId);
      if (!half?.bytes) return;
      files.set(fileId, half.bytes);
      half.bytes = undefined;
    },
    async letGo(fileId) {
      halves.delete(fileId);
    },
    async tidy(before) {
      for (const [fileId, { touchedAt }] of halves) if (touchedAt < before) halves.delete(fileId);
    },
  };
}
