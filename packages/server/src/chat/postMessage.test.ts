import { parseHeader } from '@trialogue/crypto';
import { id, limits, type ClientMsgId, type Payload } from '@trialogue/protocol';
import { ada, bo, cy, mal, tea } from '@trialogue/testkit';
import { beforeEach, expect, test } from 'vitest';

import { as } from '../storage/storesUnderTest.ts';
import { openShop, teaPlace, type Shop } from './shopUnderTest.ts';

const text = (words: string): Payload => ({ type: 'text', text: words });
const order: Payload = {
  type: 'order',
  orderId: 'A-17',
  title: '龙井 250 g',
  status: 'shipped',
  total: { amount: '188.00', currency: 'CNY' },
};
const post = (payload: Payload, name = 'post-1') => ({
  fromuid: bo.userId,
  clientMsgId: id<ClientMsgId>(name),
  payload,
});

let at: Shop;
beforeEach(async () => {
  at = await openShop();
});

test('the platform speaks for Bo, and Ada can read it', async () => {
  expect(await at.platform.post(teaPlace, post(order))).toMatchObject({ seq: 1, repeated: false });
  expect(await at.seenBy(ada)).toEqual([order]);
  expect(at.told).toMatchObject([{ kind: 'message', message: { seq: 1, fromuid: 'bo', clientMsgId: 'post-1' } }]);
});

test('posting again is the same message, though no two seals are alike (I7)', async () => {
  const first = await at.platform.post(teaPlace, post(order));
  expect(await at.platform.post(teaPlace, post(order))).toEqual({ ...first, repeated: true });
  expect(await at.seenBy(ada)).toHaveLength(1);
  expect(at.told).toHaveLength(1);
});

test('posted many times at once it is one message (I4)', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => at.platform.post(teaPlace, post(order))));
  expect(new Set(answers.map(({ msgId }) => msgId)).size).toBe(1);
  expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
  expect(await at.seenBy(ada)).toHaveLength(1);
});

test('another payload under the same id is refused, and nothing is stored', async () => {
  await at.platform.post(teaPlace, post(text('one')));
  const other = at.platform.post(teaPlace, post(text('two')));
  await expect(other).rejects.toMatchObject({ refusal: 'message.id_conflict' });
  expect(await at.seenBy(ada)).toEqual([text('one')]);
});

test('posting again is the same message after a removal and after a recall, too', async () => {
  const first = await at.platform.post(teaPlace, post(order));
  await at.platform.removeMember(teaPlace, cy.userId);
  expect(await at.platform.post(teaPlace, post(order))).toEqual({ ...first, repeated: true });
  await at.chat.recall(as(bo), tea, 1);
  expect(await at.platform.post(teaPlace, post(order))).toEqual({ ...first, repeated: true });
});

test('posting again is the same message after it is gone, and nobody is told of it twice (I4, I17)', async () => {
  const first = await at.platform.post(teaPlace, post(order));
  expect(await at.store.dropMessages(at.clock.now() + 1, at.clock.now())).toBe(1);
  expect(await at.platform.post(teaPlace, post(order))).toEqual({ ...first, repeated: true });
  expect(at.told).toHaveLength(1);
  expect(await at.seenBy(ada)).toEqual([]);
});

test('a removal on another node, of which the bus told nothing, only means sealing once more (I21, I35)', async () => {
  const farNode = await openShop({ store: at.store });
  await at.platform.post(teaPlace, post(text('by now this node knows the key'), 'post-1'));
  await farNode.platform.removeMember(teaPlace, cy.userId);
  expect(await at.platform.post(teaPlace, post(text('sealed anew'), 'post-2'))).toMatchObject({ seq: 3 });
  const { list } = await at.chat.history(as(ada), tea, { after: 2 });
  expect(parseHeader(list[0]?.content ?? '').epoch).toBe(2);
  expect(await at.seenBy(ada)).toContainEqual(text('sealed anew'));
});

test('nobody outside is spoken for, nor the system, and nothing too long is said', async () => {
  const refusalOf = (message: Parameters<typeof at.platform.post>[1]) =>
    at.platform.post(teaPlace, message).then(
      () => 'done',
      (error: { refusal: string }) => error.refusal,
    );
  expect(await refusalOf({ ...post(text('x')), fromuid: mal.userId })).toBe('member.not_found');
  expect(await refusalOf(post({ type: 'system', event: 'left', userId: ada.userId }))).toBe('request.malformed');
  expect(await refusalOf(post(text('茶'.repeat(limits.payloadBytes / 3))))).toBe('message.too_large');
  expect(await refusalOf(post(text('x'.repeat(limits.payloadBytes - '{"type":"text","text":""}'.length))))).toBe(
    'done',
  );
});

test.each([-1, 0, 1])('a payload of %d bytes more than the limit', async (more) => {
  at = await openShop({ limits: { payloadBytes: 100 } });
  const words = 'x'.repeat(100 + more - '{"type":"text","text":""}'.length);
  const refusal = await at.platform.post(teaPlace, post(text(words))).then(
    () => 'none',
    (error: { refusal: string }) => error.refusal,
  );
  expect(refusal).toBe(more > 0 ? 'message.too_large' : 'none');
});

test('the transcript is every message, opened, in order; what cannot be opened says so', async () => {
  await at.says(ada, 'hello');
  const broken = await at.sealed(cy, 'x');
  await at.chat.send(as(cy), { ...broken, content: `${broken.content.slice(0, -4)}AAAA` });
  await at.platform.post(teaPlace, post(order));
  await at.says(cy, { type: 'system', event: 'left', userId: ada.userId });
  const lines = [];
  for await (const line of await at.platform.transcript(teaPlace)) lines.push(line);
  expect(lines.map(({ seq, fromuid, payload }) => [seq, fromuid, payload])).toEqual([
    [1, 'ada', text('hello')],
    [2, 'cy', { type: 'unknown', was: '' }],
    [3, 'bo', order],
    [4, 'cy', { type: 'unknown', was: 'system' }],
  ]);
  expect(lines[0]).not.toHaveProperty('content');
});
