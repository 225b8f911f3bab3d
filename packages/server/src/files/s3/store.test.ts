import { randomBytes } from 'node:crypto';

import { id, type FileId } from '@trialogue/protocol';
import { startS3, type S3Double } from '@trialogue/testkit/s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { PART_BYTES } from './parts.ts';
import { filesIn, placeIn } from './s3UnderTest.ts';
import { checkBucket, S3Unusable } from './store.ts';

const photo = id<FileId>('photo-of-the-tea');
const away = { refusal: 'storage.unavailable' };

let s3: S3Double;
beforeAll(async () => {
  s3 = await startS3();
});
beforeEach(() => s3.calm());
afterAll(() => s3.stop());

async function* stream(...parts: Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* parts;
}
async function* inDrips(bytes: Uint8Array, size = 65_536 + 16): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function read(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts);
}
const text = async (bytes: AsyncIterable<Uint8Array>) => (await read(bytes)).toString();
const keys = () => [...s3.bucket.objects.keys()].sort();

describe('a file in a bucket', () => {
  test('lies under the same name as on disk, below the prefix', async () => {
    await filesIn(s3).put(photo, stream(Buffer.from('tea')));
    expect(keys()).toEqual(['shop/ph/photo-of-the-tea']);
    expect(new Set(s3.asked)).toEqual(new Set(['PUT shop/ph/photo-of-the-tea']));
  });

  test('may be empty', async () => {
    const files = filesIn(s3);
    await files.put(photo, stream());
    expect(await text(files.get(photo))).toBe('');
  });

  test('that is large goes up in parts, and no more of it is in memory than one', async () => {
    const large = randomBytes(2 * PART_BYTES + 12_345);
    const files = filesIn(s3, {}, PART_BYTES + 2 * 65_552);
    await files.put(photo, inDrips(large));
    expect((await read(files.get(photo))).equals(large)).toBe(true);
    expect(new Set(s3.asked.filter((what) => what.includes('partNumber'))).size).toBe(3);
    expect(s3.bucket.uploads.size).toBe(0);
  });

  test('is one part when it is exactly as long as one', async () => {
    const files = filesIn(s3);
    await files.put(photo, inDrips(randomBytes(PART_BYTES), PART_BYTES / 4));
    expect(new Set(s3.asked)).toEqual(new Set(['PUT shop/ph/photo-of-the-tea']));
    await files.put(photo, inDrips(randomBytes(PART_BYTES + 1), PART_BYTES));
    expect(s3.bucket.objects.get('shop/ph/photo-of-the-tea')?.bytes.length).toBe(PART_BYTES + 1);
  });

  test('that breaks off in its second part leaves nothing behind', async () => {
    async function* breaking() {
      yield randomBytes(PART_BYTES + 1);
      throw new Error('the line is lost');
    }
    await expect(filesIn(s3).put(photo, breaking())).rejects.toThrow('the line is lost');
    expect([keys(), s3.bucket.uploads.size]).toEqual([[], 0]);
  });

  test('is refused when too much of others is held already, and what is held is let go', async () => {
    const files = filesIn(s3, {}, 100);
    let goOn = () => {};
    const waiting = new Promise<void>((resolve) => (goOn = resolve));
    async function* slow() {
      yield randomBytes(80);
      await waiting;
    }
    const first = files.put(photo, slow());
    const other = id<FileId>('another-photo');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(files.put(other, stream(randomBytes(80)))).rejects.toMatchObject(away);
    goOn();
    await first;
    await files.put(other, stream(randomBytes(80)));
  });
});

describe('when the store has a bad day', () => {
  test.for(['slowDown', 'cutBefore', 'cutAfter', 'silence'] as const)(
    '%s: what may pass is tried again, and is there once',
    async (fault) => {
      const files = filesIn(s3);
      s3.fail(fault, { on: /^PUT/ });
      await files.put(photo, stream(Buffer.from('tea')));
      s3.fail(fault, { on: /^GET/ });
      expect(await text(files.get(photo))).toBe('tea');
      s3.fail(fault, { on: /^DELETE/ });
      await files.remove(photo);
      expect(keys()).toEqual([]);
    },
  );

  test('a large file gets through with one thing after the other', async () => {
    const large = randomBytes(PART_BYTES + 5);
    const files = filesIn(s3);
    s3.fail('slowDown', { on: /uploads/ });
    s3.fail('cutAfter', { on: /partNumber=1/ });
    s3.fail('cutBefore', { on: /partNumber=2/ });
    // Put together, and the answer lost: the second try hears that there is no such upload.
    s3.fail('cutAfter', { on: /^POST .*uploadId/ });
    await files.put(photo, stream(large));
    expect((await read(files.get(photo))).equals(large)).toBe(true);
  });

  test('a file whose line breaks in the middle is read on from there', async () => {
    const large = randomBytes(300_000);
    const files = filesIn(s3);
    await files.put(photo, stream(large));
    s3.asked.length = 0;
    s3.fail('cutMidway', { times: 2, on: /^GET/ });
    expect((await read(files.get(photo))).equals(large)).toBe(true);
    expect(s3.asked.length).toBeGreaterThanOrEqual(3);
  });

  test('a file that became another one meanwhile is not put together out of both', async () => {
    const files = filesIn(s3);
    await files.put(photo, stream(randomBytes(300_000)));
    s3.fail('cutMidway', { on: /^GET/ });
    const reader = files.get(photo)[Symbol.asyncIterator]();
    await reader.next();
    await files.put(photo, stream(randomBytes(300_000)));
    await expect(
      (async () => {
        while (!(await reader.next()).done);
      })(),
    ).rejects.toMatchObject(away);
  });

  test('whoever stops reading in the middle holds nothing open', async () => {
    const files = filesIn(s3);
    await files.put(photo, stream(randomBytes(3_000_000)));
    for await (const part of files.get(photo)) {
      expect(part.length).toBeGreaterThan(0);
      break;
    }
  });

  test('a store that is away refuses after a few tries, and it is said once', async () => {
    const said: string[] = [];
    const files = filesIn(s3, { onChange: (is, why) => void said.push(`${is} ${why?.message ?? ''}`) });
    s3.away = true;
    await expect(files.put(photo, stream(Buffer.from('tea')))).rejects.toMatchObject(away);
    await expect(read(files.get(photo))).rejects.toMatchObject(away);
    expect(files.wasConnected()).toBe(false);
    s3.away = false;
    await files.put(photo, stream(Buffer.from('tea')));
    expect(files.wasConnected()).toBe(true);
    expect(said.map((line) => line.split(' ')[0])).toEqual(['false', 'true']);
    expect(said.join()).not.toContain(s3.env.AWS_SECRET_ACCESS_KEY);
  });

  test('it goes nowhere else, whoever says so', async () => {
    s3.fail('redirect', { times: 9 });
    await expect(filesIn(s3).put(photo, stream(Buffer.from('tea')))).rejects.toMatchObject(away);
    expect(s3.asked).toHaveLength(1);
  });
});

describe('half files in a bucket', () => {
  const folder = 'shop/halves/photo-of-the-tea';

  test('go on at another node', async () => {
    const [one, other] = [filesIn(s3), filesIn(s3)];
    await one.halves.begin(photo, 'of Ada');
    await one.halves.append(photo, 0, stream(Buffer.from('one ')));
    expect(await other.halves.find(photo)).toEqual({ note: 'of Ada', size: 4 });
    await other.halves.append(photo, 4, stream(Buffer.from('two')));
    await one.halves.makeWhole(photo);
    expect(await text(other.get(photo))).toBe('one two');
    await other.halves.letGo(photo);
    expect(await one.halves.find(photo)).toBeUndefined();
    expect(keys()).toEqual(['shop/ph/photo-of-the-tea']);
  });

  test('of two nodes that go on at the same place one is refused, unless both bring the same', async () => {
    const { halves } = filesIn(s3);
    await halves.begin(photo, '');
    const both = (a: string, b: string, at: number) =>
      Promise.allSettled([a, b].map((bytes) => halves.append(photo, at, stream(Buffer.from(bytes)))));
    const fates = (await both('tea!', 'milk', 0)).map(({ status }) => status).sort();
    expect(fates).toEqual(['fulfilled', 'rejected']);
    expect((await both('same', 'same', 4)).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect((await halves.find(photo))?.size).toBe(8);
  });

  test('a piece whose answer was lost is known again', async () => {
    const { halves } = filesIn(s3);
    await halves.begin(photo, '');
    s3.fail('cutAfter', { on: /^PUT .*0{12}$/ });
    await halves.append(photo, 0, stream(Buffer.from('tea')));
    expect(await text(halves.read(photo))).toBe('tea');
  });

  test('many pieces are listed page by page, cut anywhere, and count up to the first hole only', async () => {
    const { halves } = filesIn(s3);
    await halves.begin(photo, '');
    for (let at = 0; at < 10; at++) await halves.append(photo, at * 3, stream(Buffer.from(`${at}${at}${at}`)));
    expect((await halves.find(photo))?.size).toBe(30);
    s3.bucket.objects.delete(`${folder}/000000000027`);
    await halves.append(photo, 20, stream(Buffer.from('X')));
    expect(await text(halves.read(photo))).toBe('00011122233344455566X');
    s3.bucket.objects.delete(`${folder}/000000000009`);
    expect(await text(halves.read(photo))).toBe('000111222');
    expect((await halves.find(photo))?.size).toBe(9);
  });

  test('a crash while the pieces of a whole file go leaves the whole file in sight', async () => {
    const { halves, ...files } = filesIn(s3);
    await halves.begin(photo, 'of Ada');
    for (const at of [0, 3, 6]) await halves.append(photo, at, stream(Buffer.from('tea')));
    s3.fail('cutBefore', { times: 3, on: /^DELETE .*0{11}6$/ });
    await expect(halves.makeWhole(photo)).rejects.toMatchObject(away);
    expect(keys()).toEqual([`${folder}/000000000006`, `${folder}/note`, 'shop/ph/photo-of-the-tea']);
    expect(await halves.find(photo)).toEqual({ note: 'of Ada', size: 9 });
    expect(await text(halves.read(photo))).toBe('teateatea');
    await halves.makeWhole(photo);
    await halves.letGo(photo);
    expect(await text(files.get(photo))).toBe('teateatea');
    expect(keys()).toEqual(['shop/ph/photo-of-the-tea']);
  });

  test('uploads that a crash left in parts are given up with the half files', async () => {
    const files = filesIn(s3);
    async function* dying() {
      yield randomBytes(PART_BYTES + 1);
      s3.away = true;
      throw new Error('the node is gone');
    }
    await expect(files.put(photo, dying())).rejects.toThrow('the node is gone');
    s3.away = false;
    expect(s3.bucket.uploads.size).toBe(1);
    await files.halves.tidy(Date.now() - 60_000);
    expect(s3.bucket.uploads.size).toBe(1);
    await files.halves.tidy(Date.now() + 60_000);
    expect(s3.bucket.uploads.size).toBe(0);
  });
});

describe('before it is leaned on', () => {
  const at = (change: Partial<S3Double['env']>) => placeIn({ env: { ...s3.env, ...change } });

  test('a bucket that is there and takes us is all right, and so is a store that is only away', async () => {
    await checkBucket(at({}));
    s3.fail('slowDown');
    await checkBucket(at({}));
    s3.away = true;
    await checkBucket(at({}));
  });

  test.for<[string, Partial<S3Double['env']>, RegExp]>([
    ['another secret', { AWS_SECRET_ACCESS_KEY: 'CANARY' }, /403 SignatureDoesNotMatch/],
    ['another key', { AWS_ACCESS_KEY_ID: 'CANARY' }, /403 InvalidAccessKeyId/],
  ])('%s is said', async ([, change, says]) => {
    const why = await checkBucket(at(change)).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(why).toBeInstanceOf(S3Unusable);
    expect(String(why)).toMatch(says);
    expect(String(why)).not.toContain('CANARY');
  });

  test('a bucket that is not there, and one that is somewhere else', async () => {
    const FILES_URL = s3.env.FILES_URL.replace('s3://tea', 's3://milk');
    await expect(checkBucket(at({ FILES_URL }))).rejects.toThrow(/404 NoSuchBucket/);
    s3.fail('redirect');
    await expect(checkBucket(at({}))).rejects.toThrow(/307/);
  });
});
