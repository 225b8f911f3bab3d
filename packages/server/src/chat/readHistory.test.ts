import { ada, bo, tea } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import { as } from '../storage/storesUnderTest.ts';
import { openShop } from './shopUnderTest.ts';

test.each([
  ['nothing is asked for', undefined, 3],
  ['one less than the most', 4, 4],
  ['the most', 5, 5],
  ['one more than the most', 6, 5],
] as const)('a page is as long as the limits say when %s', async (_, limit, length) => {
  const at = await openShop({ limits: { page: 3, pageMost: 5 } });
  for (const words of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await at.says(ada, words);
  const range = { after: 0, ...(limit !== undefined && { limit }) };
  const { list, hasMore } = await at.chat.history(as(bo), tea, range);
  expect([list.length, hasMore]).toEqual([length, true]);
});
