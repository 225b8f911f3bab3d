import { id, limits, type ClientMsgId, type Payload } from '@trialogue/protocol';
import { ada, bo, cy } from '@trialogue/testkit';
import { beforeEach, expect, test } from 'vitest';

import { openShop, teaPlace, type Shop } from './shopUnderTest.ts';

const shipped = { ref: 'order:A-17', changes: { status: 'shipped' } };
const key = id<ClientMsgId>('shipment-3');

let at: Shop;
beforeEach(async () => {
  at = await openShop();
});

test('the platform changes a card, and everybody is told, in the name of the system', async () => {
  expect(await at.platform.updateCard(teaPlace, shipped)).toMatchObject({ seq: 1, repeated: false });
  expect(await at.seenBy(ada)).toEqual([{ type: 'cardUpdate', ...shipped }]);
  expect(at.told).toMatchObject([{ kind: 'message', message: { seq: 1, fromuid: '$system' } }]);
});

test('what was stored is sealed: the store knows neither the card nor what became of it', async () => {
  await at.platform.updateCard(teaPlace, shipped);
  const [message] = await at.store.messagesAfter(teaPlace, 0, 10);
  expect(JSON.stringify(message)).not.toMatch(/shipped|A-17/);
});

test('with a key, the same change again is the same line; at once and after a removal, too (I4, I7)', async () => {
  const first = await at.platform.updateCard(teaPlace, { ...shipped, key });
  const again = await Promise.all([1, 2, 3].map(() => at.platform.updateCard(teaPlace, { ...shipped, key })));
  expect(again).toEqual([1, 2, 3].map(() => ({ ...first, repeated: true })));
  await at.platform.removeMember(teaPlace, cy.userId);
  expect(await at.platform.updateCard(teaPlace, { ...shipped, key })).toEqual({ ...first, repeated: true });
});

test('another change under the same key is refused', async () => {
  await at.platform.updateCard(teaPlace, { ...shipped, key });
  for (const other of [
    { ...shipped, changes: { status: 'lost' } },
    { ...shipped, ref: 'order:A-18' },
  ])
    await expect(at.platform.updateCard(teaPlace, { ...other, key })).rejects.toMatchObject({
      refusal: 'message.id_conflict',
    });
});

test('without a key a status can go back to what it was', async () => {
  for (const status of ['shipped', 'packed', 'shipped'])
    await at.platform.updateCard(teaPlace, { ref: 'order:A-17', changes: { status } });
  expect(await at.seenBy(bo)).toHaveLength(3);
});

test('a change as long as a message may not be is refused', async () => {
  const changes = { title: 'x'.repeat(limits.payloadBytes) };
  await expect(at.platform.updateCard(teaPlace, { ref: 'a', changes })).rejects.toMatchObject({
    refusal: 'message.too_large',
  });
});

test('who says it as a member is not believed in the transcript', async () => {
  const forged = { type: 'cardUpdate', ...shipped } as Payload;
  await at.says(ada, forged);
  const lines = [];
  for await (const line of await at.platform.transcript(teaPlace)) lines.push(line.payload);
  expect(lines).toEqual([{ type: 'unknown', was: 'cardUpdate' }]);
  const posted = { fromuid: bo.userId, clientMsgId: key, payload: forged };
  await expect(at.platform.post(teaPlace, posted)).rejects.toMatchObject({ refusal: 'request.malformed' });
});
