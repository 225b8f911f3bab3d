import { __TESTS, hchacha, xchacha20 } from '@noble/ciphers/chacha.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createCipher, rotl } from './arx.ts';
import { equalBytes, u64Lengths } from './utils.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

// Whole messages, with the authenticator: packages/sdk/src/built.test.ts.
describe('what the SDK has in the place of the helpers of the cipher library', () => {
  test('enciphers as those do, at every length and from every block on', () => {
    const lean = createCipher(__TESTS.chachaCore, { extendNonceFn: hchacha });
    const data = fc.uint8Array({ maxLength: 300 });
    const all = [bytes(32), bytes(24), data, fc.nat(2 ** 31)] as const;
    fc.assert(
      fc.property(...all, (key, nonce, plain, counter) => {
        const given = [key, nonce, plain].map((each) => each.slice());
        expect(lean(key, nonce, plain, undefined, counter)).toEqual(xchacha20(key, nonce, plain, undefined, counter));
        expect([key, nonce, plain]).toEqual(given);
      }),
    );
  });

  test('reads bytes from wherever they lie, and may write over what it reads', () => {
    const lean = createCipher(__TESTS.chachaCore, { extendNonceFn: hchacha });
    const whole = Uint8Array.from({ length: 200 }, (_, at) => at);
    const [key, nonce, data] = [whole.subarray(1, 33), whole.subarray(35, 59), whole.slice(61, 190)];
    const expected = xchacha20(key.slice(), nonce.slice(), data.slice());
    expect(lean(key, nonce, data, data)).toEqual(expected);
    expect(data).toEqual(expected);
  });

  test('tells tags apart that differ in one bit, wherever it is', () => {
    const tag = Uint8Array.from({ length: 16 }, (_, at) => at);
    expect(equalBytes(tag, tag.slice())).toBe(true);
    for (let at = 0; at < 128; at++) {
      const other = tag.slice();
      other[at >> 3]! ^= 1 << (at & 7);
      expect(equalBytes(tag, other)).toBe(false);
    }
  });

  test('prints lengths and turns words as RFC 8439 says', () => {
    expect([...u64Lengths(114, 12)]).toEqual([12, 0, 0, 0, 0, 0, 0, 0, 114, 0, 0, 0, 0, 0, 0, 0]);
    expect(rotl(0x80000001, 4)).toBe(0x18);
  });
});
