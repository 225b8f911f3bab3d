import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { AxeBuilder } from '@axe-core/playwright';
import { seal } from '@trialogue/crypto';
import { id, type ClientMsgId, type Payload } from '@trialogue/protocol';
import type { ClientApi, DataOf, Envelope } from '@trialogue/protocol/api';
import { ada, bo, cy } from '@trialogue/testkit';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { desktop } from './chromium.ts';
import { entered, said, type View } from './conversation.ts';
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
afterEach(async () => expect(await scene.leave()).toEqual([]));
afterAll(async () => {
  await scene.close();
  await shop.close();
});

const small = { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const price = { amount: '268.00', currency: 'CNY' };
const pot: Payload = { type: 'product', productId: 'p1', title: '宜兴紫砂壶', price };
const order: Payload = {
  type: 'order',
  orderId: 'QH-10071',
  title: '龙井礼盒',
  status: 'paid',
  total: { amount: '536.00', currency: 'CNY' },
  items: [{ title: '明前龙井 100 g', count: 2 }],
  ref: 'order:QH-10071',
};

const card = (view: View, name: string): Locator => view.getByRole('group', { name, exact: true });
const rowCount = (view: View): Promise<number> => view.getByRole('article').count();
const patch = (group: Group, ref: string, changes: Record<string, unknown>) =>
  scene.node.platform.call('PATCH', `/groups/${group.groupId}/cards/${ref}`, changes);
/** Nothing is wider than the screen. */
const fits = (view: Locator): Promise<boolean> =>
  view.evaluate((it) => {
    const { left, right } = it.getBoundingClientRect();
    return left >= 0 && right <= innerWidth && it.scrollWidth <= it.clientWidth;
  });

test('client.md 4.5 "order card": the platform ships an order, and its line changes in place for shopper and merchant', async () => {
  const group = await scene.tea();
  const [adas, bos] = await Promise.all([
    scene.enter(group.linkOf(ada.userId), small),
    scene.enter(group.linkOf(bo.userId), desktop),
  ]);
  await scene.node.platform.post(group.groupId, bo.userId, order);
  const pages = [adas.page, bos.page];
  for (const page of pages) await card(page, '订单').getByText('已付款', { exact: true }).waitFor();
  const before = await Promise.all(pages.map(rowCount));

  await patch(group, 'order:QH-10071', { status: 'shipped' });
  for (const page of pages) {
    await card(page, '订单').getByText('已发货', { exact: true }).waitFor();
    expect(await card(page, '订单').getByText('已付款').count()).toBe(0);
    expect(await card(page, '订单').getByText('¥536.00', { exact: true }).isVisible()).toBe(true);
  }
  expect(await Promise.all(pages.map(rowCount))).toEqual(before);
  expect(await fits(card(adas.page, '订单'))).toBe(true);

  // Also for who comes later, in words that the platform has made up itself.
  await patch(group, 'order:QH-10071', { status: '已交给邻居' });
  await adas.page.reload();
  await entered(adas.page);
  await card(adas.page, '订单').getByText('已交给邻居', { exact: true }).waitFor();
  expect(await rowCount(adas.page)).toBe(before[0]);

  // What would make it unreadable is refused, or passed over.
  await expect(patch(group, 'order:QH-10071', { colour: 'red' })).rejects.toThrow(/body\.colour: expected a field/);
  await patch(group, 'order:QH-10071', { steps: [{ text: 'no order has steps' }] });
  await patch(group, 'order:QH-10071', { status: 'delivered' });
  await card(bos.page, '订单').getByText('已签收', { exact: true }).waitFor();
});

test('Ada fills in a form on a phone; the shop sees it in the form, and what is wrong is said before it is sent', async () => {
  const group = await scene.tea();
  const [{ page }, bos] = await Promise.all([
    scene.enter(group.linkOf(ada.userId), small),
    scene.enter(group.linkOf(bo.userId), desktop),
  ]);
  await scene.node.platform.post(group.groupId, bo.userId, {
    type: 'form',
    title: '退货申请',
    fields: [
      { name: 'phone', label: '联系电话', kind: 'phone', isNeeded: true },
      { name: 'why', label: '退货原因', kind: 'choice', options: ['破损', '不想要了'], isNeeded: true },
    ],
  });
  const form = card(page, '表单');
  await card(bos.page, '表单').getByText('等待填写').waitFor();
  await form.getByRole('textbox', { name: '联系电话' }).fill('没有');
  expect(await fits(form)).toBe(true);
  await form.getByRole('button', { name: '提交' }).click();
  await form.getByText('请选择“退货原因”').waitFor();
  await until(() =>
    form.getByRole('textbox', { name: '联系电话' }).evaluate((it) => it === document.activeElement),
  ).toBe(true);

  await form.getByRole('textbox', { name: '联系电话' }).fill('138 0000 0000');
  await form.getByRole('combobox', { name: '退货原因' }).selectOption('破损');
  await form.getByRole('button', { name: '提交' }).click();
  for (const view of [page, bos.page]) {
    await card(view, '表单').getByText('138 0000 0000', { exact: true }).waitFor();
    expect(await rowCount(view)).toBe(1);
  }
  expect(await bos.page.getByRole('button', { name: '修改' }).count()).toBe(0);

  await form.getByRole('button', { name: '修改' }).click();
  await form.getByRole('combobox', { name: '退货原因' }).selectOption('不想要了');
  await form.getByRole('button', { name: '提交' }).click();
  await card(bos.page, '表单').getByText('不想要了', { exact: true }).waitFor();
  expect(await rowCount(bos.page)).toBe(1);
});

test('client.md 4.5 "satisfaction": Ada rates with the keyboard and changes her mind; it stays one row', async () => {
  const group = await scene.tea();
  const [{ page }, cys] = await Promise.all([
    scene.enter(group.linkOf(ada.userId), small),
    scene.enter(group.linkOf(cy.userId), desktop),
  ]);
  await scene.node.platform.post(group.groupId, cy.userId, { type: 'ratingRequest', tags: ['回复及时', '态度友好'] });
  const request = card(page, '请评价本次服务');
  await request.getByRole('radio', { name: '1 星，非常不满意' }).focus();
  for (let star = 1; star < 4; star++) await page.keyboard.press('ArrowRight');
  await request.getByText('满意', { exact: true }).waitFor();
  await request.getByRole('checkbox', { name: '回复及时' }).check({ force: true });
  await request.getByRole('textbox').fill('很快');
  expect(await fits(request)).toBe(true);
  await request.getByRole('button', { name: '提交评价' }).click();
  for (const view of [page, cys.page]) {
    await card(view, '请评价本次服务').getByRole('img', { name: '评价：4 星' }).waitFor();
    expect(await rowCount(view)).toBe(1);
  }

  await request.getByRole('button', { name: '修改' }).click();
  await request.getByRole('radio', { name: '5 星，非常满意' }).check({ force: true });
  await request.getByRole('button', { name: '提交评价' }).click();
  await card(cys.page, '请评价本次服务').getByRole('img', { name: '评价：5 星' }).waitFor();
  expect(await rowCount(cys.page)).toBe(1);
  await page.reload();
  await entered(page);
  await card(page, '请评价本次服务').getByRole('img', { name: '评价：5 星' }).waitFor();
});

test('client.md 4.5 "quick replies": a chip is tapped once, and stays to be seen as chosen', async () => {
  const group = await scene.tea();
  const [{ page }, cys] = await Promise.all([
    scene.enter(group.linkOf(ada.userId), small),
    scene.enter(group.linkOf(cy.userId), desktop),
  ]);
  const ask: Payload = { type: 'quickReplies', text: '还需要什么？', choices: ['开发票', '没有了'] };
  await scene.node.platform.post(group.groupId, cy.userId, ask);
  const chips = page.getByRole('article').getByRole('button');
  await chips.filter({ hasText: '没有了' }).click();
  await said(cys.page, '没有了').last().waitFor();
  for (const view of [page, cys.page]) {
    const chosen = view.getByRole('article').getByRole('button', { name: '没有了 （已选择）' });
    await until(() => chosen.isDisabled()).toBe(true);
    expect(await view.getByRole('article').getByRole('button', { name: '开发票' }).isDisabled()).toBe(true);
  }
});

test('a card that this version does not know is a readable line', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId), small);
  await sendAsBo(group, { type: 'auction', v: 2, fallback: '拍卖：紫砂壶，3 人出价' });
  await said(page, '拍卖：紫砂壶，3 人出价').waitFor();
  await sendAsBo(group, { type: 'auction' });
  await page.getByText('当前版本无法显示此消息，请更新后查看').waitFor();
  // Nobody but the server changes a card.
  await scene.node.platform.post(group.groupId, bo.userId, order);
  await sendAsBo(group, { type: 'cardUpdate', ref: 'order:QH-10071', changes: { status: 'refunded' } });
  await sendAsBo(group, { type: 'text', text: '好了' });
  await said(page, '好了').waitFor();
  await card(page, '订单').getByText('已付款', { exact: true }).waitFor();
});

test('axe finds nothing in any card of docs/CARDS.md, light and dark, and none is wider than a small phone', async () => {
  // Of the product there is no picture.
  scene.foresee(/404/);
  const page = readFileSync(new URL('../../docs/CARDS.md', import.meta.url), 'utf8');
  const examples = [...page.matchAll(/^```json\n([^]*?)\n```$/gm)].map(([, json = '']) => JSON.parse(json) as Payload);
  const cards = examples.filter(({ type }) => !['text', 'formAnswer', 'rating', 'cardUpdate'].includes(type));
  const group = await scene.tea();
  for (const one of cards) await scene.node.platform.post(group.groupId, bo.userId, one);
  const adas = await scene.enter(group.linkOf(ada.userId), { ...small, viewport: { width: 320, height: 4000 } });
  await card(adas.page, '请评价本次服务').getByRole('radio').nth(3).check({ force: true });
  await card(adas.page, '表单').getByRole('button', { name: '提交' }).click();
  for (const colorScheme of ['light', 'dark'] as const) {
    await adas.page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page: adas.page }).setLegacyMode().analyze();
    expect(violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} ${target.join(' ')}`))).toEqual([]);
  }
  const shown = adas.page.getByRole('article').getByRole('group');
  expect(await shown.count()).toBeGreaterThanOrEqual(cards.length);
  for (const one of await shown.all()) expect(await fits(one), await one.innerText()).toBe(true);
});

describe('what the shopper looks at (client.md 4.5 "product card": 你正在咨询 with 发送, not auto-sent)', () => {
  test('is offered by who made the conversation, to the shopper alone, and sent by a tap', async () => {
    const { groupId, links } = await scene.node.platform.call<{
      groupId: string;
      links: { userId: string; url: string }[];
    }>('POST', '/groups', {
      name: '咨询',
      members: [ada, bo].map(({ userId }) => ({ userId })),
      custom: { offer: pot, orders: [order] },
    });
    const linkOf = (userId: string) => links.find((link) => link.userId === userId)!.url;
    const [{ page }, bos] = await Promise.all([
      scene.enter(linkOf(ada.userId), small),
      scene.enter(linkOf(bo.userId), desktop),
    ]);
    const offer = page.getByRole('region', { name: '你正在咨询' });
    await offer.getByText('宜兴紫砂壶').waitFor();
    expect(await rowCount(page)).toBe(0);
    expect(await bos.page.getByRole('region', { name: '你正在咨询' }).count()).toBe(0);
    await offer.getByRole('button', { name: '发送 宜兴紫砂壶' }).click();
    await card(bos.page, '商品').getByText('¥268.00', { exact: true }).waitFor();
    expect(await offer.count()).toBe(0);
    await page.reload();
    await entered(page);
    await card(page, '商品').waitFor();
    expect(await offer.count()).toBe(0);

    await page.getByRole('button', { name: '更多', exact: true }).click();
    await page.getByRole('button', { name: '我的订单' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^发送 龙井礼盒/ })
      .click();
    await card(bos.page, '订单').waitFor();
    expect(
      (await scene.node.platform.transcript(groupId)).map(({ fromuid, payload }) => [fromuid, payload.type]),
    ).toEqual([
      ['ada', 'product'],
      ['ada', 'order'],
    ]);
  });

  test('is told by the page around, which may follow the links itself', async () => {
    const group = await scene.tea();
    const { page, context } = await scene.newcomer(desktop);
    const { frame, tell, signIn, navigations } = await embedded(page, scene, shop);
    await signIn(ada.userId, group.groupId);
    await entered(frame);

    const url = 'https://elsewhere.example/p1';
    await tell({ action: 'offer', payload: { card: { ...pot, url } } });
    const offer = frame.getByRole('region', { name: '你正在咨询' });
    await offer.getByRole('button', { name: '发送 宜兴紫砂壶' }).click();
    await card(frame, '商品').getByRole('link', { name: '查看详情' }).click();
    // It leads away from the platform, so it is asked about first.
    await frame.getByRole('dialog').getByText('elsewhere.example', { exact: true }).waitFor();
    await frame.getByRole('button', { name: '取消' }).click();

    await tell({ action: 'takeLinks', payload: {} });
    await until(async () => {
      await card(frame, '商品').getByRole('link', { name: '查看详情' }).click();
      return (await navigations()).length > 0;
    }).toBe(true);
    expect((await navigations())[0]).toEqual({
      origin: scene.node.origin,
      data: { action: 'navigate', payload: { url } },
    });
    expect(context.pages()).toHaveLength(1);

    // What Ada looked at is none of Bo's business, who sits down at the same page.
    await tell({ action: 'offer', payload: { card: { ...pot, productId: 'p2', title: '公道杯' } } });
    await offer.getByText('公道杯').waitFor();
    await signIn(bo.userId, group.groupId);
    await entered(frame);
    expect(await offer.count()).toBe(0);
  });
});

/** A later client's message, sealed as Bo would. */
async function sendAsBo(group: Group, payload: unknown): Promise<void> {
  const { token } = await scene.node.platform.createToken(bo.userId);
  const ask = async <Data>(path: string, body?: unknown): Promise<Data> => {
    const answer = await fetch(`${scene.node.origin}/api/v1${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const envelope = (await answer.json()) as Envelope<Data>;
    if (envelope.code !== 0) throw new Error(`${path}: ${envelope.error}`);
    return envelope.data;
  };
  const { dlgId, dlgKey } = await ask<DataOf<ClientApi['getConversation']>>(`/conversation?groupId=${group.groupId}`);
  const clientMsgId = id<ClientMsgId>(randomUUID());
  const content = seal(JSON.stringify(payload), { dlgId, dlgKey, fromuid: bo.userId, clientMsgId });
  await ask(`/conversations/${dlgId}/messages`, { clientMsgId, content });
}
