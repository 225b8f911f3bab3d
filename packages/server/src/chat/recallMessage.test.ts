import { limits } from '@trialogue/protocol';
import { ada, bo, cy, tea } from '@trialogue/testkit';
import { beforeEach, expect, test } from 'vitest';

import { as } from '../storage/storesUnderTest.ts';
import { openShop, teaPlace, type Shop } from './shopUnderTest.ts';

let at: Shop;
beforeEach(async () => {
  at = await openShop();
  await at.says(ada, 'my phone number');
});

const recalled = { type: 'system', event: 'recalled', userId: 'ada', seq: 1 };

test('Ada takes her words back: a tombstone in their place, a line that says so, and both open', async () => {
  expect(await at.chat.recall(as(ada), tea, 1)).toEqual({ seq: 1 });
  expect(await at.seenBy(bo)).toEqual([recalled, recalled]);
  const { list } = await at.chat.history(as(bo), tea, {});
  expect(list[0]).toMatchObject({ seq: 1, fromuid: 'ada', recalledAt: at.clock.time });
  expect(list[1]).toMatchObject({ seq: 2, fromuid: '$system' });
  expect(at.told.slice(1)).toEqual([{ kind: 'message', ...teaPlace, message: list[1] }]);
});

test('twice is once', async () => {
  await at.chat.recall(as(ada), tea, 1);
  expect(await at.chat.recall(as(ada), tea, 1)).toEqual({ seq: 1 });
  expect(await at.seenBy(bo)).toHaveLength(2);
});

test('Bo cannot take back what Ada said, and Ada not after two minutes', async () => {
  await expect(at.chat.recall(as(bo), tea, 1)).rejects.toMatchObject({ refusal: 'message.not_author' });
  at.clock.time += limits.recallMs;
  await expect(at.chat.recall(as(ada), tea, 1)).resolves.toEqual({ seq: 1 });
  await at.says(ada, 'again');
  at.clock.time += limits.recallMs + 1;
  await expect(at.chat.recall(as(ada), tea, 3)).rejects.toMatchObject({ refusal: 'message.too_old' });
});

test.each([-1, 0, 1])('a recall of %d ms more than the limit', async (more) => {
  at = await openShop({ limits: { recallMs: 5_000 } });
  await at.says(ada, 'oops');
  at.clock.time += 5_000 + more;
  const refusal = await at.chat.recall(as(ada), tea, 1).then(
    () => 'none',
    (error: { refusal: string }) => error.refusal,
  );
  expect(refusal).toBe(more > 0 ? 'message.too_old' : 'none');
});

test('after a removal the tombstone is under the new key', async () => {
  await at.platform.removeMember(teaPlace, cy.userId);
  await at.chat.recall(as(ada), tea, 1);
  expect(await at.seenBy(bo)).toEqual([recalled, { type: 'system', event: 'left', userId: 'cy' }, recalled]);
});

test('marks that move are told, marks that do not are not', async () => {
  expect(await at.chat.markRead(as(bo), tea, 9)).toEqual({ readSeq: 1 });
  await at.chat.markRead(as(bo), tea, 1);
  await at.chat.markDelivered(as(bo), tea, 1);
  const receipt = { kind: 'receipt', ...teaPlace, userId: 'bo', readSeq: 1, deliveredSeq: 1 };
  expect(at.told.slice(1)).toEqual([receipt]);
});
