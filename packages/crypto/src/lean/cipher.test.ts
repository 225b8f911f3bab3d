import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { cipher as libraryCipher } from '../cipher.ts';
import { cipher } from './cipher.ts';
import { cases, edgy } from './fixture.ts';

interface Published {
  key: string;
  nonce: string;
  aad: string;
  plaintext: string;
  sealed: string;
}

const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

// What is built with it: packages/sdk/src/built.test.ts.
describe('the cipher of the SDK and of the pages', () => {
  test('draft-irtf-cfrg-xchacha-03 A.3.1 XChaCha20-Poly1305', () => {
    const path = new URL('../../vectors/published.json', import.meta.url);
    const published = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Published>;
    const vector = published['draft-irtf-cfrg-xchacha-03 A.3.1 XChaCha20-Poly1305'] as Published;
    const sealing = cipher(fromHex(vector.key), fromHex(vector.nonce), fromHex(vector.aad));
    expect(sealing.encrypt(new TextEncoder().encode(vector.plaintext))).toEqual(fromHex(vector.sealed));
    expect(new TextDecoder().decode(sealing.decrypt(fromHex(vector.sealed)))).toBe(vector.plaintext);
  });

  test('seals as the library does, and opens what that has sealed', () => {
    fc.assert(
      fc.property(edgy(32), edgy(24), edgy(0, 120), edgy(0, 300), (key, nonce, aad, plain) => {
        const [ours, library] = [cipher(key, nonce, aad), libraryCipher(key, nonce, aad)];
        const sealed = library.encrypt(plain);
        expect(Buffer.from(sealed).equals(ours.encrypt(plain))).toBe(true);
        expect(Buffer.from(plain).equals(ours.decrypt(sealed))).toBe(true);
      }),
      cases(500),
    );
  }, 7_200_000);

  test('opens nothing of which one bit was changed: of the text, the tag, the key, the nonce or what is vouched for', () => {
    const [key, nonce, aad] = [new Uint8Array(32).fill(1), new Uint8Array(24).fill(2), new Uint8Array(20).fill(3)];
    const sealed = cipher(key, nonce, aad).encrypt(new Uint8Array(40).fill(4));
    const whole = [key, nonce, aad, sealed];
    for (const part of whole) {
      for (let bit = 0; bit < 8 * part.length; bit++) {
        part[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => cipher(key, nonce, aad).decrypt(sealed)).toThrow('invalid tag');
        part[bit >> 3]! ^= 1 << (bit & 7);
      }
    }
    expect(cipher(key, nonce, aad).decrypt(sealed)).toEqual(new Uint8Array(40).fill(4));
    expect(() => cipher(key, nonce, new Uint8Array(21).fill(3)).decrypt(sealed)).toThrow('invalid tag');
  });
});
