import { AxeBuilder } from '@axe-core/playwright';
import type { Payload } from '@trialogue/protocol';
import type { Settings } from '@trialogue/protocol/api';
import { ada, bo, cy, mal } from '@trialogue/testkit';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { desktop } from './chromium.ts';
import { entered, hears, said, say, type View } from './conversation.ts';
import { embedded } from './embedded.ts';
import type { Group } from './node.ts';
import { openScene, type Scene } from './scene.ts';
import { startSite, type Site } from './site.ts';
import { until } from './until.ts';

let shop: Site;
let scene: Scene;
beforeAll(async () => {
  shop = await startSite();
  scene = await openScene({ ALLOWED_ORIGINS: shop.origin });
});
afterEach(async () => {
  expect(await scene.leave()).toEqual([]);
  await settle({});
});
afterAll(async () => {
  await scene.close();
  await shop.close();
});

const small = { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const settle = (settings: Settings) => scene.node.platform.call('PUT', '/settings', settings);
const card = (view: View, name: string): Locator => view.getByRole('group', { name, exact: true });
const toldIn = async ({ groupId }: Group): Promise<string[]> =>
  (await scene.node.platform.transcript(groupId)).map(({ payload }) =>
    payload.type === 'system' ? payload.event : payload.type,
  );
const callFromPanel = async (page: Page) => {
  await page.getByRole('button', { name: '更多', exact: true }).click();
  await page.getByRole('button', { name: '需要客服介入' }).click();
};
async function asCy(method: string, path: string, body?: object): Promise<void> {
  const { token } = await scene.node.platform.createToken(cy.userId);
  const answer = await fetch(`${scene.node.origin}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(await answer.json()).toMatchObject({ code: 0 });
}
async function axeFindsNothing(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} ${target.join(' ')}`))).toEqual([]);
  }
}

describe('client.md §4.5 M "welcome, queue, off-hours"', () => {
  const greeting = { text: '您好，想了解什么？', choices: ['查物流', '退换货'] };

  test('Ada is greeted once, whatever she reloads, and answers with one tap; Bo sees it and greets nobody', async () => {
    await settle({ greeting });
    const group = await scene.tea();
    const bos = await scene.enter(group.linkOf(bo.userId), desktop);
    const { page } = await scene.enter(group.linkOf(ada.userId), small);
    for (const view of [page, bos.page]) await view.getByText('您好，想了解什么？').first().waitFor();
    await page.reload();
    await entered(page);
    await page.getByRole('list', { name: '快捷回复' }).getByRole('button', { name: '退换货' }).click();
    await said(bos.page, '退换货').last().waitFor();
    expect(await toldIn(group)).toEqual(['quickReplies', 'text']);

    // The desk closes: there is nothing to greet. Her next word begins another session.
    await asCy('PATCH', `/conversations/${group.groupId}/desk`, { status: 'closed' });
    await page.reload();
    await entered(page);
    await say(page, '还有一个问题');
    await until(() => toldIn(group)).toEqual([
      'quickReplies',
      'text',
      'closed',
      'ratingRequest',
      'text',
      'reopened',
      'quickReplies',
    ]);
  });

  test('who has called sees how many wait before them, in one row that changes, until somebody comes', async () => {
    const { platform } = scene.node;
    const first = await platform.createGroup('先来的', [mal.userId, bo.userId]);
    const group = await platform.createGroup('后来的', [ada.userId, bo.userId]);
    const row = (page: Page, words = '已通知客服') => page.getByRole('status').filter({ hasText: words });
    const mals = await scene.enter(first.linkOf(mal.userId), small);
    await callFromPanel(mals.page);
    // One of the demo's waits already.
    await row(mals.page, '前面还有 1 人').waitFor();

    const { page } = await scene.enter(group.linkOf(ada.userId), small);
    await callFromPanel(page);
    await row(page, '前面还有 2 人').waitFor();
    await axeFindsNothing(page);
    const before = await row(page).elementHandle();
    await asCy('POST', `/conversations/${first.groupId}/join`);
    await row(page, '前面还有 1 人').waitFor();
    expect(await row(page).evaluate((it, was) => it === was, before)).toBe(true);
    await row(mals.page).waitFor({ state: 'detached' });
    await asCy('POST', `/conversations/${group.groupId}/join`);
    await page.getByText(`客服 ${cy.name} 为你服务`).waitFor();
    expect(await row(page).count()).toBe(0);
    expect(await toldIn(group)).toEqual(['serviceCalled', 'joined', 'taken']);
  });

  test('outside of the hours Ada leaves a message with her number, and is told when somebody is back', async () => {
    const nine = [{ from: '09:00', to: '18:00' }];
    const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
    const today = new Date().getUTCDay();
    // Whenever this runs: yesterday and today are off, also should the day end meanwhile.
    const open = days.filter((_, day) => day !== today && day !== (today + 1) % 7);
    await settle({
      greeting: { text: '您好' },
      hours: { timeZone: 'UTC', week: Object.fromEntries(open.map((day) => [day, nine])) },
      leaveMessage: {
        title: '给我们留言',
        text: '上班后第一时间回复您',
        fields: [
          { name: 'phone', label: '联系电话', kind: 'phone', isNeeded: true },
          { name: 'words', label: '问题描述', kind: 'lines' },
        ],
      },
    });
    const group = await scene.node.platform.createGroup('夜里', [ada.userId, bo.userId]);
    const { page } = await scene.enter(group.linkOf(ada.userId), small);
    await page.getByText('您好', { exact: true }).first().waitFor();
    await callFromPanel(page);
    await page
      .getByRole('status')
      .filter({ hasText: /^现在是非服务时间，客服将在 .+\d\d:\d\d 后回复你$/ })
      .waitFor();
    const form = card(page, '表单');
    await form.getByRole('textbox', { name: '联系电话' }).fill('12');
    await form.getByRole('button', { name: '提交' }).click();
    await form.getByText(/请填写正确的电话号码/).waitFor();
    await form.getByRole('textbox', { name: '联系电话' }).fill('138 0000 0000');
    await form.getByRole('textbox', { name: '问题描述' }).fill('礼盒少了一罐');
    await axeFindsNothing(page);
    await form.getByRole('button', { name: '提交' }).click();
    await form.getByText('已提交').waitFor();

    // Whoever comes in the morning reads it.
    await asCy('POST', `/conversations/${group.groupId}/join`);
    const told = await scene.node.platform.transcript(group.groupId);
    expect(told.map(({ payload }) => (payload.type === 'system' ? payload.event : payload.type))).toEqual([
      'text',
      'serviceCalled',
      'form',
      'formAnswer',
      'joined',
      'taken',
    ]);
    expect(told[3]?.payload).toMatchObject({ values: [{ value: '138 0000 0000' }, { value: '礼盒少了一罐' }] });
  });
});

describe('client.md §4.5 M "order card": what can be done about an order', () => {
  const order: Payload = {
    type: 'order',
    orderId: 'QH-10071',
    title: '龙井礼盒',
    status: 'paid',
    total: { amount: '536.00', currency: 'CNY' },
    ref: 'order:QH-10071',
  };
  const links = (view: View) => card(view, '订单').getByRole('list', { name: '订单操作' }).getByRole('link');
  const actions = () => [
    { id: 'refund', label: '退款', url: `${shop.origin}/desk/orders/{orderId}/refund` },
    { id: 'address', label: '改地址', url: 'https://erp.example/orders/{orderId}/address', statuses: ['paid'] },
  ];

  test('is offered to customer service alone; alone it opens the page, and asks before it leads away', async () => {
    await settle({ orderActions: actions() });
    shop.pages.set('/desk/orders/QH-10071/refund', '<!doctype html><title>退款</title>');
    const group = await scene.tea();
    await scene.node.platform.post(group.groupId, ada.userId, order);
    const [cys, adas, bos] = await Promise.all(
      [cy, ada, bo].map(({ userId }) => scene.enter(group.linkOf(userId), userId === cy.userId ? desktop : small)),
    );
    await until(() => links(cys!.page).allTextContents()).toEqual(['退款', '改地址']);
    await axeFindsNothing(cys!.page);
    for (const { page } of [adas!, bos!]) {
      await card(page, '订单').waitFor();
      // As long as Cy's were on their way.
      await page.waitForLoadState('networkidle');
      expect(await links(page).count()).toBe(0);
    }

    const opened = cys!.context.waitForEvent('page');
    await links(cys!.page).getByText('退款').click();
    expect((await opened).url()).toBe(`${shop.origin}/desk/orders/QH-10071/refund`);
    await links(cys!.page).getByText('改地址').click();
    await cys!.page.getByRole('dialog').getByText('erp.example', { exact: true }).waitFor();
    await cys!.page.getByRole('button', { name: '取消' }).click();

    // Shipped: its address is what it is.
    await scene.node.platform.call('PATCH', `/groups/${group.groupId}/cards/order:QH-10071`, { status: 'shipped' });
    await until(() => links(cys!.page).allTextContents()).toEqual(['退款']);
  });

  test('in the frame of a desk, the desk is told which, of which conversation, and nobody else is', async () => {
    await settle({ orderActions: actions() });
    const group = await scene.tea();
    await scene.node.platform.post(group.groupId, ada.userId, order);
    const { page, context } = await scene.newcomer(desktop);
    const { frame, tell, signIn, navigations } = await embedded(page, scene, shop);
    await signIn(cy.userId, group.groupId);
    await tell({ action: 'takeLinks', payload: {} });
    await entered(frame);
    await links(frame).getByText('退款').click();
    const payload = {
      url: `${shop.origin}/desk/orders/QH-10071/refund`,
      action: 'refund',
      dlgId: group.groupId,
    };
    await until(navigations).toEqual([{ origin: scene.node.origin, data: { action: 'navigate', payload } }]);
    expect(context.pages()).toHaveLength(1);
  });
});

test('client.md §4.5 M "bot ↔ human": a bot is labelled wherever it is, and customer service stays two taps away', async () => {
  const { platform } = scene.node;
  await platform.putUser('tea-bot', '茶小助', 'bot');
  const group = await platform.createGroup('机器人接待', [ada.userId, 'tea-bot', bo.userId]);
  await platform.post(group.groupId, 'tea-bot', { type: 'text', text: '您好，我是茶小助' });
  await platform.post(group.groupId, bo.userId, { type: 'text', text: '我是青禾茶铺' });
  const { page } = await scene.enter(group.linkOf(ada.userId), small);
  const label = (text: string) => said(page, text).getByText('机器人', { exact: true });
  await label('您好，我是茶小助').waitFor();
  expect(await label('我是青禾茶铺').count()).toBe(0);
  await page.getByRole('button', { name: '群成员', exact: true }).click();
  const bots = page.getByRole('dialog').getByRole('listitem').filter({ hasText: '茶小助' });
  await bots.getByText('机器人', { exact: true }).waitFor();
  await page.keyboard.press('Escape');

  await callFromPanel(page);
  await page.getByText(`${ada.name} 请求客服介入`).waitFor();
  // What the bot says is no answer of customer service.
  await platform.post(group.groupId, 'tea-bot', { type: 'text', text: '正在为您转接' });
  await hears(page, '正在为您转接');
  await page.getByRole('status').filter({ hasText: '已通知客服' }).waitFor();
  await asCy('POST', `/conversations/${group.groupId}/join`);
  await page.getByText(`客服 ${cy.name} 为你服务`).waitFor();
});
