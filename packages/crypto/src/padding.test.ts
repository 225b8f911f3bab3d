import fc from 'fast-check';
import { expect, test } from 'vitest';

import { pad, unpad } from './padding.ts';

const bytesOf = (length: number) => new Uint8Array(length).fill(7);

test('what was padded is found again, zeros and marks at its end included', () => {
  const tricky = fc.array(fc.constantFrom(0, 0x80, 1, 255), { maxLength: 600 }).map((bytes) => new Uint8Array(bytes));
  fc.assert(
    fc.property(tricky, (bytes) => {
      expect(unpad(pad(bytes))).toEqual(bytes);
    }),
  );
});

test('the length tells the bucket and nothing more: 32 bytes each up to 256, then an eighth', () => {
  const lengths = (from: number, to: number) =>
    new Set(Array.from({ length: to - from + 1 }, (_, at) => pad(bytesOf(from + at)).length));
  expect(lengths(0, 31)).toEqual(new Set([32]));
  expect(lengths(32, 63)).toEqual(new Set([64]));
  expect(lengths(224, 255)).toEqual(new Set([256]));
  expect(lengths(256, 287)).toEqual(new Set([288]));
  expect(lengths(512, 575)).toEqual(new Set([576]));
  expect(lengths(8192, 9215)).toEqual(new Set([9216]));
});

test('padding costs at most an eighth, and 32 bytes', () => {
  fc.assert(
    fc.property(fc.nat({ max: 20_000 }), (length) => {
      const padded = pad(bytesOf(length)).length;
      expect(padded).toBeGreaterThan(length);
      expect(padded - length).toBeLessThanOrEqual(Math.max(32, (length + 1) / 8));
    }),
  );
});

test.for([[[]], [[0, 0]], [[1, 2, 3]], [[0x81, 0]]])('%j does not end in a padding', ([bytes]) => {
  expect(() => unpad(new Uint8Array(bytes ?? []))).toThrow('no padding');
});
