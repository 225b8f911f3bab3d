import { xchacha20 as libraryXchacha20 } from '@noble/ciphers/chacha.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { cases, edgy } from './fixture.ts';
import { xchacha20 } from './xchacha20.ts';

describe('the stream of a key and a nonce', () => {
  test('is that of the library, at every length and from every block on, and changes nothing that it was given', () => {
    fc.assert(
      fc.property(edgy(32), edgy(24), edgy(0, 300), fc.nat(2 ** 31), (key, nonce, plain, counter) => {
        const given = [key, nonce, plain].map((each) => each.slice());
        const expected = Buffer.from(libraryXchacha20(key, nonce, plain, undefined, counter));
        expect(expected.equals(xchacha20(key, nonce)(plain, counter))).toBe(true);
        expect([key, nonce, plain]).toEqual(given);
      }),
      cases(500),
    );
  }, 7_200_000);

  test('begins anew with every call, wherever the bytes lie', () => {
    const whole = Uint8Array.from({ length: 200 }, (_, at) => at);
    const [key, nonce, data] = [whole.subarray(1, 33), whole.subarray(35, 59), whole.subarray(61, 190)];
    const expected = libraryXchacha20(key.slice(), nonce.slice(), data.slice(), undefined, 1);
    const stream = xchacha20(key, nonce);
    stream(data, 0);
    expect(stream(data, 1)).toEqual(expected);
    expect(stream(stream(data, 1), 1)).toEqual(data);
  });
});
