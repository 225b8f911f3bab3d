import { createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { canSealFiles, newFileKey, openFile, sealedFileBytes, sealFile } from './sealedFile.ts';

interface Vector {
  says: string;
  key: string;
  context: string;
  deflated: string;
  size: number;
  sha512: string;
}
/** Valid ones of Wycheproof v1 (C2SP, Apache-2.0), commit b61843a, c2sp_chunked_encryption_aes_256_gcm: 1, 2, 3, 6, 5. */
const vectors = JSON.parse(
  readFileSync(new URL('../vectors/files.json', import.meta.url), 'utf8'),
) as readonly Vector[];

const CHUNK = 16 * 1024;
const SEALED = CHUNK + 16;
const HEAD = 56;
const key = newFileKey();
const tampered = { code: 'E_TAMPERED' };

const bytesOf = async (blob: Blob) => Buffer.from(await blob.arrayBuffer());
const fileOf = (size: number) => Buffer.from(Uint8Array.from({ length: size }, (_, n) => (n * 7 + (n >> 8)) % 256));
const sealed = async (size: number, context = 'tea') => bytesOf(await sealFile(new Blob([fileOf(size)]), key, context));
const open = (bytes: Uint8Array<ArrayBuffer>, context = 'tea', by = key) => openFile(new Blob([bytes]), by, context);

test.for(vectors)('opens what others have sealed: $says', async ({ key, context, deflated, size, sha512 }) => {
  const ciphertext = inflateSync(Buffer.from(deflated, 'hex'));
  expect(ciphertext).toHaveLength(sealedFileBytes(size));
  const opened = await bytesOf(await openFile(new Blob([ciphertext]), Buffer.from(key, 'hex'), context));
  expect(opened).toHaveLength(size);
  expect(createHash('sha512').update(opened).digest('hex')).toBe(sha512);
});

test.for([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 64 * CHUNK - 1, 64 * CHUNK, 300 * CHUNK + 5])(
  'a file of %d bytes comes back, as long as was said before',
  async (size) => {
    const whole = await sealed(size);
    expect(whole).toHaveLength(sealedFileBytes(size));
    expect((await bytesOf(await open(whole))).equals(fileOf(size))).toBe(true);
  },
);

test('Node’s own cipher opens it, chunk by chunk, past the number 255 too', async () => {
  const size = 258 * CHUNK + 9;
  const whole = await sealed(size, '茶');
  const info = Buffer.concat([
    Buffer.from('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0'),
    whole.subarray(0, 24),
    Buffer.from('茶'),
  ]);
  const hmac = (...parts: Uint8Array[]) => createHmac('sha512', key).update(Buffer.concat(parts)).digest();
  const first = hmac(info, Buffer.of(1));
  const derived = Buffer.concat([first, hmac(first, info, Buffer.of(2))]);
  expect(whole.subarray(24, HEAD).equals(derived.subarray(44, 76))).toBe(true);
  for (const number of [0, 1, 255, 256, 257, 258]) {
    const nonce = Buffer.from(derived.subarray(32, 44));
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ number) >>> 0, 8);
    const chunk = whole.subarray(HEAD + number * SEALED, HEAD + (number + 1) * SEALED);
    const decipher = createDecipheriv('aes-256-gcm', derived.subarray(0, 32), nonce).setAuthTag(chunk.subarray(-16));
    const opened = Buffer.concat([decipher.update(chunk.subarray(0, -16)), decipher.final()]);
    expect(opened.equals(fileOf(size).subarray(number * CHUNK, (number + 1) * CHUNK))).toBe(true);
  }
});

test('two of the same file under one key have nothing in common', async () => {
  const [one, other] = [await sealed(CHUNK), await sealed(CHUNK)];
  expect(one.subarray(0, 24).equals(other.subarray(0, 24))).toBe(false);
  expect(one.subarray(HEAD).equals(other.subarray(HEAD))).toBe(false);
});

describe('what was not sealed so is refused, whole', () => {
  const size = 3 * CHUNK + 100;
  const chunks = (whole: Buffer) => [0, 1, 2, 3].map((n) => whole.subarray(HEAD + n * SEALED, HEAD + (n + 1) * SEALED));
  const made = (whole: Buffer, parts: Buffer[]) => Buffer.concat([whole.subarray(0, HEAD), ...parts]);

  test('cut at any place', async () => {
    const whole = await sealed(size);
    const borders = [0, 1, 2, 3].map((n) => HEAD + n * SEALED).flatMap((at) => [at - 1, at, at + 1, at + 15, at + 16]);
    const cuts = fc.oneof(fc.constantFrom(...borders), fc.nat(whole.length - 1));
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        await expect(open(whole.subarray(0, at))).rejects.toMatchObject({
          code: expect.stringMatching(/E_FORMAT|E_TAMPERED/),
        });
      }),
      { numRuns: 60 },
    );
  });

  test('with any bit changed: salt, commitment, bytes or tag', async () => {
    const whole = await sealed(size);
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.nat(HEAD * 8 - 1), fc.nat(whole.length * 8 - 1)), async (bit) => {
        const changed = Buffer.from(whole);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        await expect(open(changed)).rejects.toMatchObject(tampered);
      }),
      { numRuns: 60 },
    );
  });

  test('with chunks in another order, twice, or left out', async () => {
    const whole = await sealed(size);
    const four = chunks(whole);
    const orders = fc.array(fc.nat(2), { maxLength: 5 }).filter((order) => order.join() !== '0,1,2');
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        const parts = [...order.map((nth) => four[nth]!), four[3]!];
        await expect(open(made(whole, parts))).rejects.toMatchObject(tampered);
      }),
      { numRuns: 40 },
    );
  });

  test('with a chunk of another file of the same key, or its own head on another body', async () => {
    const [one, other] = [await sealed(size), await sealed(size)];
    for (const nth of [0, 1, 2, 3]) {
      await expect(open(made(one, chunks(one).with(nth, chunks(other)[nth]!)))).rejects.toMatchObject(tampered);
    }
    await expect(open(made(one, chunks(other)))).rejects.toMatchObject(tampered);
  });

  test('with anything behind it', async () => {
    const whole = await sealed(size);
    for (const more of [1, 15, 16, 17, SEALED - 100, SEALED]) {
      await expect(open(Buffer.concat([whole, randomBytes(more)]))).rejects.toMatchObject({
        code: expect.stringMatching(/E_FORMAT|E_TAMPERED/),
      });
    }
    await expect(open(Buffer.concat([whole, chunks(whole)[0]!]))).rejects.toMatchObject(tampered);
  });

  test('under another key, for another conversation, or by no key at all', async () => {
    const whole = await sealed(10);
    await expect(open(whole, 'tea', newFileKey())).rejects.toMatchObject(tampered);
    await expect(open(whole, 'cake')).rejects.toMatchObject(tampered);
    for (const bytes of [0, 16, 31, 33]) {
      await expect(open(whole, 'tea', new Uint8Array(bytes))).rejects.toMatchObject({ code: 'E_KEY' });
    }
  });
});

test('a page without WebCrypto can be told from one that has it', () => expect(canSealFiles()).toBe(true));
