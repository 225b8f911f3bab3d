import fc from 'fast-check';
import { expect, test } from 'vitest';

import { fromBase64url, toBase64url } from './base64url.ts';

const someBytes = fc.uint8Array({ maxLength: 100 });

test('says the same as Node', () => {
  fc.assert(
    fc.property(someBytes, (bytes) => {
      const text = Buffer.from(bytes).toString('base64url');
      expect(toBase64url(bytes)).toBe(text);
      expect(fromBase64url(text)).toEqual(bytes);
    }),
  );
});

test('any text is either the one way to write some bytes, or refused', () => {
  const nearMiss = fc.stringMatching(/^[\w+/=-]{0,12}$/);
  fc.assert(
    fc.property(fc.oneof(fc.string(), nearMiss), (text) => {
      const bytes = fromBase64url(text);
      if (bytes) expect(toBase64url(bytes)).toBe(text);
    }),
    { numRuns: 1000 },
  );
});

test.for(['A', 'AAAAA', 'AA==', 'AA=', 'A A', 'AA\n', 'A+', 'A/', 'AB', 'AAB', 'Aé', 'AA🍵', '\u0141A'])(
  'refuses %j',
  (text) => {
    expect(fromBase64url(text)).toBeUndefined();
  },
);
