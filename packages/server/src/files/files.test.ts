import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { id, type FileId } from '@trialogue/protocol';
import { startS3, type S3Double } from '@trialogue/testkit/s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import type { FileStore } from '../chat/ports.ts';
import { diskFiles } from './disk.ts';
import { memoryFiles } from './memory.ts';
import { filesIn } from './s3/s3UnderTest.ts';
import { CHUNK_BYTES, openFile, openMeta, sealFile, sealMeta } from './sealed.ts';

const photo = id<FileId>('photo-of-the-tea');

async function* stream(...parts: Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* parts;
}

async function read(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts);
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trialogue-files-'));
});
afterEach(() => rm(folder, { recursive: true }));
let s3: S3Double;
beforeAll(async () => {
  s3 = await startS3();
});
beforeEach(() => s3.calm());
afterAll(() => s3.stop());

const stores: [string, () => Promise<FileStore>][] = [
  ['memory', async () => memoryFiles()],
  ['on disk', () => diskFiles(folder)],
  ['in a bucket', async () => filesIn(s3)],
];

describe.for(stores)('files %s', ([, open]) => {
  test('come back as they were put, until they are removed', async () => {
    const files = await open();
    await files.put(photo, stream(Buffer.from('one '), Buffer.from('two')));
    expect((await read(files.get(photo))).toString()).toBe('one two');
    await files.remove(photo);
    await expect(read(files.get(photo))).rejects.toThrow();
    await files.remove(photo);
  });

  test('are not there when their bytes broke off', async () => {
    const files = await open();
    async function* breaking() {
      yield Buffer.from('half');
      throw new Error('gone');
    }
    await expect(files.put(photo, breaking())).rejects.toThrow('gone');
    await expect(read(files.get(photo))).rejects.toThrow();
  });
});

describe.for(stores)('half files %s', ([, open]) => {
  const sofar = async ({ halves }: FileStore) => (await read(halves.read(photo))).toString();

  test('grow piece by piece, take up where they broke off, and are files only once they are whole', async () => {
    const files = await open();
    const { halves } = files;
    expect(await halves.find(photo)).toBeUndefined();
    await halves.begin(photo, 'of Ada');
    expect(await halves.find(photo)).toEqual({ note: 'of Ada', size: 0 });
    async function* breaking() {
      yield Buffer.from('one tw');
      throw new Error('the line is lost');
    }
    await expect(halves.append(photo, 0, breaking())).rejects.toThrow('line');
    expect(await sofar(files)).toBe('one tw');
    // What lies behind the place was not worth keeping.
    await halves.append(photo, 2, stream(Buffer.from('e')));
    expect(await sofar(files)).toBe('one');
    await halves.append(photo, 3, stream(Buffer.from(' two '), Buffer.from('three')));
    expect(await halves.find(photo)).toEqual({ note: 'of Ada', size: 13 });
    await expect(read(files.get(photo))).rejects.toThrow();
    await halves.makeWhole(photo);
    expect((await read(files.get(photo))).toString()).toBe('one two three');
    // Until it is let go one can still ask: the answer to the last piece may have been lost.
    expect(await halves.find(photo)).toEqual({ note: 'of Ada', size: 13 });
    expect(await sofar(files)).toBe('one two three');
    await halves.makeWhole(photo);
    await halves.letGo(photo);
    expect(await halves.find(photo)).toBeUndefined();
    expect((await read(files.get(photo))).toString()).toBe('one two three');
  });

  test('are gone with their bytes when they are given up', async () => {
    const files = await open();
    await files.halves.begin(photo, 'of Ada');
    await files.halves.append(photo, 0, stream(Buffer.from('one')));
    await files.halves.letGo(photo);
    expect(await files.halves.find(photo)).toBeUndefined();
    await expect(files.halves.append(photo, 0, stream())).rejects.toThrow();
  });

  test('go when nobody has added to them for long', async () => {
    const files = await open();
    await files.halves.begin(photo, 'of Ada');
    await files.halves.tidy(Date.now() - 60_000);
    expect(await files.halves.find(photo)).toBeDefined();
    await files.halves.tidy(Date.now() + 60_000);
    expect(await files.halves.find(photo)).toBeUndefined();
  });
});

describe('files on disk', () => {
  test('half files outlive a restart', async () => {
    const files = await diskFiles(folder);
    await files.halves.begin(photo, 'of Ada');
    await files.halves.append(photo, 0, stream(Buffer.from('one')));
    expect(await (await diskFiles(folder)).halves.find(photo)).toEqual({ note: 'of Ada', size: 3 });
  });

  test('a half file that is given up leaves nothing behind, nor does one that is whole', async () => {
    const files = await diskFiles(folder);
    for (const end of ['letGo', 'makeWhole'] as const) {
      await files.halves.begin(photo, 'of Ada');
      await files.halves[end](photo);
      if (end === 'makeWhole') await files.halves.letGo(photo);
      expect(await readdir(join(folder, 'halves'))).toEqual([]);
    }
  });

  test('what a crash left half written is thrown away at the next start; whole files stay', async () => {
    const files = await diskFiles(folder);
    await files.put(photo, stream(Buffer.from('whole')));
    await writeFile(join(folder, 'incoming', 'half-a-file'), 'half');
    const again = await diskFiles(folder);
    expect(await readdir(join(folder, 'incoming'))).toEqual([]);
    expect((await read(again.get(photo))).toString()).toBe('whole');
  });

  test.for(['../../etc/passwd', 'a/b-long-enough', 'short', '', 'x'.repeat(65)])(
    '%j is no id and becomes no path',
    async (name) => {
      const files = await diskFiles(folder);
      await expect(files.put(id<FileId>(name), stream())).rejects.toThrow(/file id/);
      expect(() => files.get(id<FileId>(name))).toThrow(/file id/);
      await expect((async () => files.remove(id<FileId>(name)))()).rejects.toThrow(/file id/);
      await expect(files.halves.begin(id<FileId>(name), '')).rejects.toThrow(/file id/);
      // Whoever asks chooses the name; it is not there, and no bug of ours.
      expect(await files.halves.find(id<FileId>(name))).toBeUndefined();
    },
  );
});

describe('a sealed file', () => {
  const key = new Uint8Array(32).fill(3);
  const size = CHUNK_BYTES * 2 + 5;
  const plain = Buffer.alloc(size, 'tea ');
  const sealed = () => read(sealFile(stream(plain), key, photo));
  const opened = (bytes: Uint8Array, fileId = photo, length = size) =>
    read(openFile(stream(bytes), key, fileId, length));

  test('opens however it is cut', async () => {
    const whole = await sealed();
    expect((await opened(whole)).equals(plain)).toBe(true);
    const drips = Array.from({ length: Math.ceil(whole.length / 9999) }, (_, n) =>
      whole.subarray(n * 9999, (n + 1) * 9999),
    );
    expect((await read(openFile(stream(...drips), key, photo, size))).equals(plain)).toBe(true);
  });

  test('that was changed, cut, lengthened, swapped or renamed does not open', async () => {
    const whole = await sealed();
    const chunk = CHUNK_BYTES + 16;
    const flipped = Buffer.from(whole);
    flipped[chunk + 7]! ^= 1;
    await expect(opened(flipped)).rejects.toThrow(/changed/);
    await expect(opened(whole.subarray(0, 2 * chunk))).rejects.toThrow();
    await expect(opened(whole.subarray(0, -1))).rejects.toThrow();
    await expect(opened(Buffer.concat([whole, whole.subarray(0, chunk)]))).rejects.toThrow();
    const swapped = Buffer.concat([
      whole.subarray(chunk, 2 * chunk),
      whole.subarray(0, chunk),
      whole.subarray(2 * chunk),
    ]);
    await expect(opened(swapped)).rejects.toThrow(/changed/);
    await expect(opened(whole, id<FileId>('another-file'))).rejects.toThrow(/changed/);
    // Not even when the database was made to agree about its size.
    await expect(opened(whole.subarray(0, 2 * chunk), photo, 2 * CHUNK_BYTES)).rejects.toThrow(/changed/);
  });

  test('has a name that opens with its key and id only', () => {
    const name = sealMeta('茶.jpg', key, photo);
    expect(openMeta(name, key, photo)).toBe('茶.jpg');
    expect(() => openMeta(name, key, id<FileId>('another-file'))).toThrow(/changed/);
  });
});
