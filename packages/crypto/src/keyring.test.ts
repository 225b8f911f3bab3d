import fc from 'fast-check';
import { expect, test } from 'vitest';

import { ImDecryptError } from './errors.ts';
import { currentEpoch, parseKeyring, printKeyring } from './keyring.ts';

const key = (fill: number) => new Uint8Array(32).fill(fill);
const entry = fc.tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.uint8Array({ minLength: 32, maxLength: 32 }));
const keyrings = fc
  .uniqueArray(entry, { minLength: 1, maxLength: 64, selector: ([epoch]) => epoch })
  .map((entries) => new Map(entries));

test('printed and parsed it is the same, whatever the order it was made in (P9)', () => {
  fc.assert(
    fc.property(keyrings, (keyring) => {
      const printed = printKeyring(keyring);
      expect(parseKeyring(printed)).toEqual(keyring);
      expect(printKeyring(new Map([...keyring].reverse()))).toBe(printed);
    }),
  );
});

test('any text is a keyring or E_KEY, and nothing else (P6)', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^dk1\.[\w-]*$/), fc.stringMatching(/^[\w-]{43}$/)), (text) => {
      try {
        expect(parseKeyring(text).size).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(ImDecryptError);
        expect(error).toMatchObject({ code: 'E_KEY' });
      }
    }),
  );
});

test('new messages are sealed under the newest epoch', () => {
  expect(
    currentEpoch(
      new Map([
        [9, key(9)],
        [2, key(2)],
      ]),
    ),
  ).toBe(9);
});

test('64 keys fit into a dlgKey, 65 and none do not', () => {
  const keys = (count: number) => new Map(Array.from({ length: count }, (_, at) => [at + 1, key(at)]));
  expect(parseKeyring(printKeyring(keys(64)))).toEqual(keys(64));
  expect(() => printKeyring(keys(65))).toThrow('1 to 64 keys');
  expect(() => printKeyring(keys(0))).toThrow('1 to 64 keys');
});

test('a key that is too short never gets into a keyring', () => {
  expect(() => printKeyring(new Map([[1, key(1).subarray(1)]]))).toThrow('32 bytes');
});
