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

test.each([limits.contentBytes, 900])('an envelope may have %d characters, where that is the limit', async (most) => {
  at = await openShop({ limits: { contentBytes: most } });
  const sendOf = async (length: number) => {
    const draft = await at.sealed(ada, 'x');
    return at.chat.send(as(ada), { ...draft, content: draft.content.padEnd(length, 'A') });
  };
  await expect(sendOf(most - 1)).resolves.toMatchObject({ seq: 1 });
  await expect(sendOf(most)).resolves.toMatchObject({ seq: 2 });
  await expect(sendOf(most + 1)).rejects.toMatchObject({ refusal: 'message.too_large' });
});

test('whoever sends too fast is told when to come again, and then the same message passes (I2, I7)', async () => {
  at = await openShop({ limits: { sendsPerUserBurst: 2 } });
  const [first, second, third] = [await at.sealed(ada, 'a'), await at.sealed(ada, 'b'), await at.sealed(ada, 'c')];
  await at.chat.send(as(ada), first);
  await at.chat.send(as(ada), second);
  const tooFast = { refusal: 'rate.limited', retry: 'later', retryAfterMs: 200 };
  await expect(at.chat.send(as(ada), third)).rejects.toMatchObject(tooFast);
  // A repeat after a lost answer counts like any other: late it may be, refused for ever it is not.
  await expect(at.chat.send(as(ada), first)).rejects.toMatchObject(tooFast);
  await expect(at.says(bo, 'as fast as I like')).resolves.toMatchObject({ seq: 3 });
  at.steady.ms += 200;
  await expect(at.chat.send(as(ada), first)).resolves.toMatchObject({ seq: 1, repeated: true });
  at.steady.ms += 200;
  await expect(at.chat.send(as(ada), third)).resolves.toMatchObject({ seq: 4, repeated: false });
});

test('who is not in a conversation cannot use up what its members may send', async () => {
  at = await openShop({ limits: { sendsPerGroupPerSecond: 3 } });
  const dlgKey = await at.dlgKeyOf(ada);
  for (let tries = 0; tries < 10; tries++) {
    const draft = await at.sealed(mal, 'psst', dlgKey);
    await expect(at.chat.send(as(mal), draft)).rejects.toMatchObject({ refusal: 'conversation.not_member' });
  }
  for (const person of [ada, bo, cy]) await at.says(person, 'here I am');
  await expect(at.says(ada, 'too many at once')).rejects.toMatchObject({ refusal: 'rate.limited' });
});

test('setting the wall clock frees nobody, and locks nobody out (I34)', async () => {
  at = await openShop({ limits: { sendsPerUserBurst: 1 } });
  await at.says(ada, 'a');
  for (const jumpMs of [600_000, -1_200_000, 86_400_000, -172_800_000]) {
    at.clock.time += jumpMs;
    await expect(at.says(ada, 'b')).rejects.toMatchObject({ refusal: 'rate.limited' });
    at.steady.ms += 200;
    await expect(at.says(ada, 'c')).resolves.toMatchObject({ repeated: false });
  }
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
