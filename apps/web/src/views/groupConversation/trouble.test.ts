import { closeCodes } from '@trialogue/protocol';
import { expect, test } from 'vitest';

import { isForGood, troubleOf } from './trouble.ts';

test.for([
  [closeCodes.draining.code, true, 'updating'],
  [1001, true, 'updating'],
  [1012, true, 'updating'],
  [closeCodes.slow.code, true, 'slow'],
  [closeCodes.overloaded.code, true, 'busy'],
  [closeCodes.signInNeeded.code, false, 'signIn'],
  [closeCodes.replaced.code, false, 'replaced'],
  [closeCodes.badFrame.code, false, 'shut'],
  [closeCodes.silent.code, true, 'lost'],
  [1006, true, 'lost'],
  [4999, false, 'shut'],
] as const)('a close with %d that comes back: %s, is told as %s', ([code, willReconnect, trouble]) => {
  expect(troubleOf({ code, willReconnect })).toBe(trouble);
});

test('only what ends for good waits for the reader', () => {
  expect((['lost', 'offline', 'updating', 'busy', 'slow', 'signIn'] as const).filter(isForGood)).toEqual([]);
  expect((['replaced', 'shut'] as const).every(isForGood)).toBe(true);
});
