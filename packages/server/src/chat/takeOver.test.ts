import { id, type Sid } from '@trialogue/protocol';
import { ada, bo, shop, tea } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import { as } from '../storage/storesUnderTest.ts';
import { openShop } from './shopUnderTest.ts';

const sid = id<Sid>('client-of-ada-00');
const hers = (fence: number) => ({ ...as(ada), client: { sid, fence } });

test('a newer socket takes the place of the older ones: they store nothing more, and every node is told (I28)', async () => {
  const at = await openShop();
  const { chat } = at;
  await chat.send(hers(1), await at.sealed(ada, 'before'));
  at.told.length = 0;
  expect(await chat.takeOver(hers(2))).toBe(true);
  await Promise.resolve();
  expect(at.told).toEqual([{ kind: 'replaced', appId: shop, userId: ada.userId, sid, fence: 2 }]);
  await expect(chat.send(hers(1), await at.sealed(ada, 'late'))).rejects.toMatchObject({ refusal: 'socket.replaced' });
  await chat.send(hers(2), await at.sealed(ada, 'after'));
  expect((await chat.history(as(bo), tea, {})).list).toHaveLength(2);
});

test.each([1, 2])('one with the fence %d comes too late after 2, and nobody is told', async (fence) => {
  const at = await openShop();
  await at.chat.takeOver(hers(2));
  await Promise.resolve();
  at.told.length = 0;
  expect(await at.chat.takeOver(hers(fence))).toBe(false);
  expect(at.told).toEqual([]);
});
