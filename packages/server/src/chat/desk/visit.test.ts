import { open } from '@trialogue/crypto';
import { id, type DlgId, type Payload } from '@trialogue/protocol';
import type { Settings } from '@trialogue/protocol/api';
import { ada, bo, cy, mal, shop, tea } from '@trialogue/testkit';
import { beforeEach, describe, expect, test } from 'vitest';

import { as } from '../../storage/storesUnderTest.ts';
import { openShop, type Shop } from '../shopUnderTest.ts';

const cake = id<DlgId>('cake');
const greeting = { text: '您好，想了解什么？', choices: ['查物流', '退换货', '转人工'] };
const leaveMessage: NonNullable<Settings['leaveMessage']> = {
  title: '给我们留言',
  fields: [
    { name: 'phone', label: '联系电话', kind: 'phone', isNeeded: true },
    { name: 'words', label: '问题', kind: 'lines' },
  ],
};
/** The clock of the tests stands at 1970-01-01 00:16 UTC, a Thursday. */
const atNight = { timeZone: 'UTC', week: { thu: [{ from: '09:00', to: '18:00' }] } };
const NINE = 9 * 3_600_000;

let at: Shop;
beforeEach(async () => {
  at = await openShop();
});
const settle = (settings: Settings) => at.deskPlatform.putSettings(shop, settings);
const seen = async (by = ada, dlgId = tea): Promise<Payload[]> => {
  const { dlgKey } = await at.chat.enter(as(by), dlgId);
  const { list } = await at.chat.history(as(by), dlgId, {});
  return list.map(({ content }) => JSON.parse(open(content, dlgId, dlgKey)) as Payload);
};
const kinds = async (dlgId = tea) =>
  (await seen(ada, dlgId)).map((said) => (said.type === 'system' ? said.event : said.type));

describe('client.md §4.5 M "welcome, queue, off-hours"', () => {
  test('a shopper who comes is greeted by the server, once: sealed, with what can be tapped', async () => {
    await settle({ greeting });
    for (const by of [bo, ada, ada]) await at.desk.visit(as(by), tea);
    expect(await seen()).toEqual([{ type: 'quickReplies', ...greeting }]);
    const { list } = await at.chat.history(as(ada), tea, {});
    expect(list[0]?.fromuid).toBe('$system');
    expect(at.told.filter(({ kind }) => kind === 'message')).toHaveLength(1);
    expect((await at.chat.conversations(as(bo), {})).list[0]?.unread).toBe(0);
  });

  test('after a closing, the next word is greeted again', async () => {
    await settle({ greeting: { text: '您好' } });
    await at.desk.visit(as(ada), tea);
    await at.desk.patch(as(cy), tea, { status: 'closed' });
    await at.desk.visit(as(ada), tea);
    await at.says(ada, '还有一个问题');
    await at.desk.visit(as(ada), tea);
    expect(await kinds()).toEqual(['text', 'closed', 'ratingRequest', 'text', 'reopened', 'text']);
  });

  test('who has settled nothing says nothing', async () => {
    await at.desk.visit(as(ada), tea);
    await settle({ leaveMessage });
    await at.desk.visit(as(ada), tea);
    await at.desk.call(as(ada), tea);
    expect(await kinds()).toEqual(['serviceCalled']);
    await expect(at.desk.visit(as(mal), tea)).rejects.toMatchObject({ refusal: 'conversation.not_member' });
  });

  test('outside of the hours a message can be left: when one comes, where customer service would read it', async () => {
    await settle({ greeting, hours: atNight, leaveMessage });
    await at.desk.visit(as(ada), tea);
    await at.desk.call(as(ada), tea);
    expect(await kinds()).toEqual(['quickReplies', 'form', 'serviceCalled']);
    expect((await seen())[1]).toEqual({ type: 'form', ...leaveMessage });
  });

  test('and when one calls, where nobody of it is there yet; it waits in the queue for the morning', async () => {
    await at.platform.createGroup(shop, { groupId: cake, name: 'cake', members: [ada, bo] });
    await settle({ greeting, hours: atNight, leaveMessage });
    await at.desk.visit(as(ada), cake);
    const { calledAt } = await at.desk.call(as(ada), cake);
    await at.desk.call(as(ada), cake);
    expect(await kinds(cake)).toEqual(['quickReplies', 'serviceCalled', 'form']);
    expect(await at.desk.callState(as(ada), cake)).toEqual({ calledAt, before: 0, isOpen: false, opensAt: NINE });
    expect((await at.desk.queue(as(cy), {})).list.map(({ dlgId }) => dlgId)).toEqual([cake]);
  });

  test('within the hours nobody is asked for one', async () => {
    at.clock.time = NINE;
    await settle({ hours: atNight, leaveMessage });
    await at.desk.visit(as(ada), tea);
    await at.desk.call(as(ada), tea);
    expect(await kinds()).toEqual(['serviceCalled']);
    expect(await at.desk.callState(as(ada), tea)).toMatchObject({ before: null, isOpen: true, opensAt: null });
  });

  test('a key that changed while it was sealed is no hindrance', async () => {
    await settle({ greeting });
    const other = await openShop({ store: at.store, bus: at.bus });
    await at.dlgKeyOf(ada);
    await other.platform.removeMember({ appId: shop, dlgId: tea }, bo.userId);
    await at.desk.visit(as(ada), tea);
    expect(await kinds()).toEqual(['left', 'quickReplies']);
  });
});

describe('what an app settles', () => {
  test('lies sealed, is given back, and is another app’s not', async () => {
    await settle({ greeting, hours: atNight });
    expect(await at.deskPlatform.settings(shop)).toEqual({ greeting, hours: atNight });
    expect(await at.store.readSettings(shop)).not.toContain('您好');
    await settle({});
    expect(await at.deskPlatform.settings(shop)).toEqual({});
  });

  test('what is wrong with it is said, and nothing of it kept', async () => {
    const refuses = (settings: Settings, why: RegExp) =>
      expect(settle(settings)).rejects.toMatchObject({
        refusal: 'request.malformed',
        message: expect.stringMatching(why),
      });
    await refuses({ greeting, hours: { ...atNight, timeZone: 'Mars/Olympus' } }, /hours\.timeZone/);
    const action = { id: 'refund', label: '退款' };
    await refuses({ orderActions: [{ ...action, url: 'https://{orderId}.evil.example/' }] }, /orderActions\[0\]\.url/);
    await refuses({ orderActions: [{ ...action, url: 'https://x@{orderId}/' }] }, /orderActions\[0\]\.url/);
    expect(await at.deskPlatform.settings(shop)).toEqual({});
  });
});

describe('client.md §4.5 M "order card": what can be done about an order', () => {
  const url = 'https://shop.example/desk/orders/{orderId}/refund';
  const refund = { id: 'refund', label: '退款', url, statuses: ['paid'] };
  const hurry = { id: 'hurry', label: '催发货', url: 'https://shop.example/hurry?o={orderId}' };
  beforeEach(() => settle({ orderActions: [refund, { ...hurry, roles: ['user', 'service'] }] }));

  test('only who may is told of it: customer service alone, unless said otherwise', async () => {
    expect(await at.desk.orderActions(as(cy), tea)).toEqual({ list: [refund, hurry] });
    expect(await at.desk.orderActions(as(ada), tea)).toEqual({ list: [hurry] });
    expect(await at.desk.orderActions(as(bo), tea)).toEqual({ list: [] });
    await expect(at.desk.orderActions(as(mal), tea)).rejects.toMatchObject({ refusal: 'conversation.not_member' });
  });
});
