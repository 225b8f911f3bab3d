import { limits } from '@trialogue/protocol';
import { ada, bo, cy, mal, tea } from '@trialogue/testkit';
import { beforeEach, expect, test } from 'vitest';

import { memoryBus } from '../bus/memory.ts';
import { as } from '../storage/storesUnderTest.ts';
import { openShop, teaPlace, type Shop } from './shopUnderTest.ts';

let at: Shop;
beforeEach(async () => {
  at = await openShop();
});

test('what Ada sends is on disk when she is answered, and everybody hears of it', async () => {
  const draft = await at.sealed(ada, 'is it spring tea?');
  const accepted = await at.chat.send(as(ada), draft);
  expect(accepted).toMatchObject({ seq: 1, sentAt: at.clock.time, repeated: false });
  expect(await at.seenBy(bo)).toEqual([{ type: 'text', text: 'is it spring tea?' }]);
  const { list } = await at.chat.history(as(bo), tea, {});
  expect(at.told).toEqual([{ kind: 'message', ...teaPlace, message: list[0] }]);
});

test('a retry gets the first answer, and nobody hears of it twice (I7)', async () => {
  const draft = await at.sealed(ada, 'hello?');
  const first = await at.chat.send(as(ada), draft);
  expect(await at.chat.send(as(ada), draft)).toEqual({ ...first, repeated: true });
  expect(at.told).toHaveLength(1);
});

test('an outsider is refused, and nobody hears of it', async () => {
  const dlgKey = await at.dlgKeyOf(ada);
  const draft = await at.sealed(mal, 'psst', dlgKey);
  await expect(at.chat.send(as(mal), draft)).rejects.toMatchObject({ refusal: 'conversation.not_member' });
  expect(at.told).toEqual([]);
});

test('an envelope under somebody else’s name, or another id than it says, is refused', async () => {
  const draft = await at.sealed(bo, 'I am Bo, honestly');
  const refused = { refusal: 'envelope.mismatch' };
  await expect(at.chat.send(as(ada), draft)).rejects.toMatchObject({ ...refused, detail: 'sender' });
  const other = { ...draft, clientMsgId: (await at.sealed(bo, 'x')).clientMsgId };
  await expect(at.chat.send(as(bo), other)).rejects.toMatchObject({ ...refused, detail: 'clientMsgId' });
  expect(at.told).toEqual([]);
});

test.for(['hello', 'IM1.', 'IM1.AAAA', 'IM1.####', 'IM2.AQEAAAABA2FkYQ'])('%j is no envelope', async (content) => {
  const draft = { ...(await at.sealed(ada, 'x')), content };
  await expect(at.chat.send(as(ada), draft)).rejects.toMatchObject({ refusal: 'envelope.malformed' });
});

test('an envelope of the greatest length is taken, one character more is not', async () => {
  const draft = await at.sealed(ada, 'x');
  const content = draft.content.padEnd(limits.contentBytes, 'A');
  await expect(at.chat.send(as(ada), { ...draft, content })).resolves.toMatchObject({ seq: 1 });
  await expect(at.chat.send(as(ada), { ...draft, content: `${content}A` })).rejects.toMatchObject({
    refusal: 'message.too_large',
  });
});

test('a message sealed before a removal is refused after it, and can be sealed anew under the same id (I21)', async () => {
  const old = await at.sealed(ada, 'see you, Cy');
  await at.platform.removeMember(teaPlace, cy.userId);
  await expect(at.chat.send(as(ada), old)).rejects.toMatchObject({ refusal: 'key.stale_epoch', retry: 'afterRekey' });
  await at.says(ada, 'see you, Cy');
  expect(await at.seenBy(bo)).toEqual([
    { type: 'system', event: 'left', userId: 'cy' },
    { type: 'text', text: 'see you, Cy' },
  ]);
});

test('a bus that fails is reported, and the message is sent all the same', async () => {
  const failing = { ...memoryBus(), tell: () => Promise.reject(new Error('no bus')) };
  at = await openShop({ bus: failing });
  expect(await at.says(ada, 'anybody?')).toMatchObject({ seq: 1 });
  await Promise.resolve();
  expect(at.warned).toEqual(['bus: not told']);
});
