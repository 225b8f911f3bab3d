import { expect, test } from 'vitest';

import { afterClose, closeCodes } from './closeCodes.ts';

test.for([
  [closeCodes.draining.code, 'comeBack'],
  [closeCodes.slow.code, 'comeBack'],
  [closeCodes.silent.code, 'comeBack'],
  [closeCodes.flooding.code, 'comeBack'],
  [closeCodes.overloaded.code, 'comeBack'],
  [closeCodes.signInNeeded.code, 'signInFirst'],
  [closeCodes.badFrame.code, 'stayAway'],
  [1001, 'comeBack'],
  [1006, 'comeBack'],
  [1008, 'signInFirst'],
  [1009, 'comeBack'],
  [4000, 'comeBack'],
  [4499, 'comeBack'],
  [4500, 'stayAway'],
  [4999, 'stayAway'],
] as const)('§6 after %i a client knows: %s', ([code, behaviour]) => {
  expect(afterClose(code)).toBe(behaviour);
});

test('codes are unique and of the range that applications may use', () => {
  const codes = Object.values(closeCodes).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code >= 4000 && code <= 4999).toBe(true);
});
