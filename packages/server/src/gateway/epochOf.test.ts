import { parseHeader } from '@trialogue/crypto';
import { expect, test } from 'vitest';

import { epochOf } from './epochOf.ts';
import { sealedUnder } from './fakes.ts';

test.each([1, 2, 255, 256, 65_536, 2 ** 31, 2 ** 32 - 1])('the epoch %d is read off an envelope', (epoch) => {
  const content = sealedUnder(epoch);
  expect(epochOf({ content })).toBe(epoch);
  expect(parseHeader(content).epoch).toBe(epoch);
});

test.each(['', 'IM1.', 'IM1.x', 'IM2.AQEAAAAB', 'hello'])('"%s" has none', (content) => {
  expect(epochOf({ content })).toBe(0);
});
