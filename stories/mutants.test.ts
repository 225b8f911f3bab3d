import { expect, test } from 'vitest';

import type { Invariant } from './world/check/broken.ts';
import { faults, type Fault } from './world/faults.ts';
import { BrokenStory, tellStory } from './world/story.ts';

/** What each fault breaks, and in how many stories at the most it must have been noticed. */
const caughtBy: Record<Fault, { as: readonly Invariant[]; within: number }> = {
  'acknowledges before the commit': { as: ['I1'], within: 5 },
  'stores a repeat once more': { as: ['I4'], within: 40 },
  'shows a repeated frame again': { as: ['I12'], within: 40 },
  'never catches up': { as: ['I14'], within: 20 },
  'pages are off by one': { as: ['I16'], within: 5 },
  'accepts an old key': { as: ['I21'], within: 40 },
  'never looks whether a notice was lost': { as: ['I14'], within: 100 },
};

test.for(faults)('a system that %s is caught', async (fault) => {
  const { as, within } = caughtBy[fault];
  for (let seed = 1; seed <= within; seed++) {
    try {
      await tellStory(seed, { fault });
    } catch (error) {
      if (!(error instanceof BrokenStory)) throw error;
      process.stdout.write(`a system that ${fault}: ${error.invariant} at seed ${seed}\n`);
      expect(as).toContain(error.invariant);
      return;
    }
  }
  expect.fail(`${within} stories, and nobody noticed`);
});
