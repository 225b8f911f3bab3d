import { limits } from '@trialogue/protocol';
import { ada, bo, mal, tea } from '@trialogue/testkit';
import { beforeEach, expect, test } from 'vitest';

import { as } from '../storage/storesUnderTest.ts';
import { openShop, type Shop } from './shopUnderTest.ts';

let at: Shop;
let asked: number;
beforeEach(async () => {
  at = await openShop();
  asked = 0;
});

async function* bytes(total: number, part = 50_000): AsyncIterable<Uint8Array> {
  for (let at = 0; at < total; at += part) {
    asked++;
    yield new Uint8Array(Math.min(part, total - at)).fill(at % 251);
  }
}

const upload = (total: number, more = {}) => ({ name: '茶.txt', mime: 'text/tea', bytes: bytes(total), ...more });

async function read(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

test.for([1, 65_536, 65_537, 200_000])('a file of %d bytes comes back as it was, with its name', async (size) => {
  const kept = await at.chat.keepFile(as(ada), tea, upload(size));
  expect(kept).toEqual({ fileId: expect.any(String), size, name: '茶.txt', mime: 'text/tea' });
  const { bytes: opened, ...found } = await at.chat.openFile(as(bo), tea, kept.fileId);
  expect(found).toEqual({ name: '茶.txt', mime: 'text/tea', size });
  expect((await read(opened)).equals(await read(bytes(size)))).toBe(true);
});

test('neither bytes nor name lie in the clear (I37)', async () => {
  async function* canary() {
    yield Buffer.from('the canary sings');
  }
  const { fileId } = await at.chat.keepFile(as(ada), tea, upload(0, { bytes: canary() }));
  expect((await read(at.files.get(fileId))).includes('canary')).toBe(false);
  expect(JSON.stringify(await at.store.findFile(as(ada), tea, fileId))).not.toMatch(/茶|tea/);
});

test('an outsider’s file is refused before a byte of it is read', async () => {
  await expect(at.chat.keepFile(as(mal), tea, upload(10))).rejects.toMatchObject({
    refusal: 'conversation.not_member',
  });
  expect(asked).toBe(0);
  const { fileId } = await at.chat.keepFile(as(ada), tea, upload(10));
  await expect(at.chat.openFile(as(mal), tea, fileId)).rejects.toMatchObject({ refusal: 'conversation.not_member' });
});

test('a file that is too large is refused while it streams, and leaves nothing behind', async () => {
  const put: string[] = [];
  const removed: string[] = [];
  const { put: keep, remove } = at.files;
  at.files.put = (fileId, stream) => (put.push(fileId), keep(fileId, stream));
  at.files.remove = (fileId) => (removed.push(fileId), remove(fileId));
  const huge = upload(10 * limits.fileBytes, { bytes: bytes(10 * limits.fileBytes, 1_000_000) });
  await expect(at.chat.keepFile(as(ada), tea, huge)).rejects.toMatchObject({ refusal: 'file.too_large' });
  expect(asked).toBeLessThan(limits.fileBytes / 1_000_000 + 2);
  expect(removed).toEqual(put);
  await expect(at.chat.keepFile(as(ada), tea, upload(0))).rejects.toMatchObject({ refusal: 'file.empty' });
  await expect(at.chat.keepFile(as(ada), tea, upload(limits.fileBytes))).resolves.toBeDefined();
});

test('an upload that breaks off leaves nothing behind', async () => {
  let fileId = '';
  const { remove } = at.files;
  at.files.remove = (id) => ((fileId = id), remove(id));
  async function* breaking() {
    yield new Uint8Array(10);
    throw new Error('the connection was lost');
  }
  await expect(at.chat.keepFile(as(ada), tea, upload(0, { bytes: breaking() }))).rejects.toThrow('connection');
  await expect(read(at.files.get(fileId as never))).rejects.toThrow(/no file/);
});

test('a file may have as many bytes as the limit says, and not one more', async () => {
  at = await openShop({ limits: { fileBytes: 1_000 } });
  for (const size of [999, 1_000]) await at.chat.keepFile(as(ada), tea, upload(size));
  await expect(at.chat.keepFile(as(ada), tea, upload(1_001))).rejects.toMatchObject({ refusal: 'file.too_large' });
});

test('whoever uploads too much is told when to come again; an outsider’s try costs nobody anything', async () => {
  at = await openShop({ limits: { uploadsPerUserPerHour: 2, uploadBytesPerUserPerHour: 100_000 } });
  await expect(at.chat.keepFile(as(mal), tea, upload(1))).rejects.toMatchObject({ refusal: 'conversation.not_member' });
  await at.chat.keepFile(as(ada), tea, upload(90_000));
  const removed: string[] = [];
  const { remove } = at.files;
  at.files.remove = (fileId) => (removed.push(fileId), remove(fileId));
  const tooMuch = { refusal: 'rate.limited', retryAfterMs: expect.any(Number) };
  await expect(at.chat.keepFile(as(ada), tea, upload(20_000))).rejects.toMatchObject(tooMuch);
  expect(removed).toHaveLength(1);
  asked = 0;
  await expect(at.chat.keepFile(as(ada), tea, upload(1))).rejects.toMatchObject(tooMuch);
  expect(asked).toBe(0);
  await expect(at.chat.keepFile(as(bo), tea, upload(20_000))).resolves.toBeDefined();
});
