import { ada, bo, shop } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import { fakeShop } from './fakes.ts';
import { handTimers, node, settled } from './nodeUnderTest.ts';

const sid = 'client-of-ada-00';
const as = (fence: number) => ({ sid, fence });
const REPLACED = 'A newer socket of this client has taken over.';

function cluster() {
  const shared = { shop: fakeShop(), clock: handTimers() };
  return { shop: shared.shop, first: node(shared), second: node(shared) };
}

test('the newer socket closes the older one of its client, and no other of the user (I28)', async () => {
  const at = node();
  const [older, other] = [await at.socketOf(ada.userId, 'ada', as(1)), await at.socketOf(ada.userId)];
  const newer = await at.socketOf(ada.userId, 'ada', as(2));
  expect(older.closes).toEqual([REPLACED]);
  expect([...other.closes, ...newer.closes]).toEqual([]);
  newer.send('mine');
  await settled();
  expect(newer.frames).toContainEqual(expect.objectContaining({ op: 'ack' }));
});

test('on the same node without any word over the bus (I28)', async () => {
  const at = node();
  at.deafTo.add('replaced');
  const older = await at.socketOf(ada.userId, 'ada', as(1));
  await at.socketOf(ada.userId, 'ada', as(2));
  expect(older.closes).toEqual([REPLACED]);
});

test('on every node; and what the older one had under way is not stored (I28)', async () => {
  const { shop: shared, first, second } = cluster();
  const older = await first.socketOf(ada.userId, 'ada', as(1));
  let release = () => {};
  shared.disk.ready = new Promise((resolve) => (release = resolve));
  older.send('late');
  await second.socketOf(ada.userId, 'ada', as(2));
  expect(older.closes).toEqual([REPLACED]);
  release();
  await settled();
  expect(older.frames).toEqual([]);
  expect(await shared.log.messagesAfter({ appId: shop, dlgId: 'tea' as never }, 0, 9)).toEqual([]);
});

test('an older one that heard nothing of it stores nothing, and learns it with its next send (I28)', async () => {
  const { first, second } = cluster();
  first.deafTo.add('replaced');
  const older = await first.socketOf(ada.userId, 'ada', as(1));
  const newer = await second.socketOf(ada.userId, 'ada', as(2));
  older.send('late');
  await settled();
  expect(older.frames).toMatchObject([{ op: 'nack', error: 'socket.replaced' }]);
  expect(older.closes).toEqual([REPLACED]);
  expect(newer.closes).toEqual([]);
});

test.each([
  [1, 1],
  [2, 1],
  [2, 2],
  [3, 2],
])(
  'after a bind with the fence %d one with %d is the older of the two, and goes itself (§5.12)',
  async (first, second) => {
    const at = node();
    const newer = await at.socketOf(ada.userId, 'ada', as(first));
    const late = await at.socketOf(ada.userId, 'ada', as(second));
    expect(late.closes).toEqual([REPLACED]);
    expect(newer.closes).toEqual([]);
  },
);

test('a client that has gone may come again with any higher fence', async () => {
  const at = node();
  (await at.socketOf(ada.userId, 'ada', as(1))).ends();
  const back = await at.socketOf(ada.userId, 'ada', as(7));
  expect(back.closes).toEqual([]);
});

test('nobody takes the place of another user’s client, though they guess its name', async () => {
  const at = node();
  const hers = await at.socketOf(ada.userId, 'ada', as(1));
  await at.socketOf(bo.userId, 'bo', as(9));
  expect(hers.closes).toEqual([]);
  hers.send('still-here');
  await settled();
  expect(hers.frames).toContainEqual(expect.objectContaining({ op: 'ack' }));
});

test.each([
  [1, 0],
  [2, 0],
  [3, 1],
])('of %d sockets where two may be, %d have to go: the oldest (§8)', async (count, gone) => {
  const at = node({ limits: { socketsPerUser: 2 } });
  const sockets = [];
  for (let n = 0; n < count; n++) sockets.push(await at.socketOf(ada.userId));
  expect(sockets.map(({ closes }) => closes.length)).toEqual(sockets.map((_, n) => (n < gone ? 1 : 0)));
  expect([...at.registry.ofUser(shop, ada.userId)]).toHaveLength(count - gone);
});
