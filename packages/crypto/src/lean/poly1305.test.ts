import { readFileSync } from 'node:fs';

import { poly1305 as libraryPoly1305 } from '@noble/ciphers/_poly1305.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { cases, edgy } from './fixture.ts';
import { poly1305 } from './poly1305.ts';

const PRIME = 2n ** 130n - 5n;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

const numberOf = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => 256n * sum + BigInt(byte), 0n);
const bytesOf = (number: bigint): Uint8Array =>
  Uint8Array.from({ length: 16 }, (_, at) => Number((number >> BigInt(8 * at)) & 255n));

/** `base` to the power of `exponent`, modulo the prime; to the power of PRIME − 2 it is the inverse. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let factor = base; exponent > 0n; exponent >>= 1n, factor = factor ** 2n % PRIME) {
    if (exponent & 1n) result = (result * factor) % PRIME;
  }
  return result;
}
const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** RFC 8439 §2.5 to the letter. In a time that depends on the key, so for tests only. */
function asDefined(message: Uint8Array, key: Uint8Array): Uint8Array {
  const r = numberOf(key.subarray(0, 16)) & CLAMP;
  let h = 0n;
  for (let at = 0; at < message.length; at += 16) {
    h = ((h + numberOf(Uint8Array.of(...message.subarray(at, at + 16), 1))) * r) % PRIME;
  }
  return bytesOf(h + numberOf(key.subarray(16)));
}

interface Vector {
  says: string;
  key: string;
  message: string;
  tag: string;
}
const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/poly1305.json', import.meta.url), 'utf8'),
) as readonly Vector[];

describe('the tag of a message', () => {
  test.for(vectors)('$says', ({ key, message, tag }) => {
    expect(poly1305(fromHex(message), fromHex(key))).toEqual(fromHex(tag));
    expect(asDefined(fromHex(message), fromHex(key))).toEqual(fromHex(tag));
  });

  test('is right on either side of every multiple of the prime that a sum can come near', () => {
    // With r = 1 it is the sum of the blocks, each with its 2¹²⁸.
    const one = bytesOf(1n);
    const key = Uint8Array.from([...one, ...new Uint8Array(16)]);
    for (let blocks = 3; blocks <= 16; blocks++) {
      for (let off = -12n; off <= 12n; off++) {
        let left = (((off - BigInt(blocks) * 2n ** 128n) % PRIME) + PRIME) % PRIME;
        const message: number[] = [];
        for (let block = 0; block < blocks; block++) {
          const part = left < 2n ** 128n ? left : 2n ** 128n - 1n;
          left -= part;
          message.push(...bytesOf(part));
        }
        const bytes = Uint8Array.from(message);
        expect(poly1305(bytes, key)).toEqual(asDefined(bytes, key));
        if (left === 0n) expect(poly1305(bytes, key)).toEqual(bytesOf((off + PRIME) % PRIME));
      }
    }
  });

  test('is right where what was over 2¹³⁰ comes back and goes over again', () => {
    const rests = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 2 ** 13 - 8, max: 2 ** 13 + 8 }));
    fc.assert(
      fc.property(edgy(32), edgy(16), rests.map(BigInt), (key, first, rest) => {
        const r = numberOf(key.subarray(0, 16)) & CLAMP;
        // The second block is such that so little is left: before it is taken off, the prime stands in the sum.
        const wanted = (rest * power(r, PRIME - 2n)) % PRIME;
        const before = ((numberOf(first) + 2n ** 128n) * r) % PRIME;
        const second = (wanted - before - 2n ** 128n + 2n * PRIME) % PRIME;
        fc.pre(r > 0n && second < 2n ** 128n);
        const message = Uint8Array.from([...first, ...bytesOf(second)]);
        expect(asDefined(message, key)).toEqual(bytesOf(rest + numberOf(key.subarray(16))));
        expect(poly1305(message, key)).toEqual(asDefined(message, key));
        expect(poly1305(message, key)).toEqual(libraryPoly1305(message, key));
      }),
      cases(1_000),
    );
  });

  test('is that of the library and of the definition, whatever the key, at every length', () => {
    for (let length = 0; length <= 300; length++) {
      for (const fill of [0, 1, 0x80, 0xfb, 0xff]) {
        for (const keyFill of [0, 1, 0x0f, 0xfc, 0xff]) {
          const [message, key] = [new Uint8Array(length).fill(fill), new Uint8Array(32).fill(keyFill)];
          expect(poly1305(message, key)).toEqual(libraryPoly1305(message, key));
        }
      }
    }
    fc.assert(
      fc.property(edgy(0, 300), edgy(32), (message, key) => {
        const tag = Buffer.from(poly1305(message, key));
        expect(tag.equals(libraryPoly1305(message, key))).toBe(true);
        expect(tag.equals(asDefined(message, key))).toBe(true);
      }),
      cases(2_000),
    );
  }, 7_200_000);
});
