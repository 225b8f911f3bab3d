import { ada, bo } from '@trialogue/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { desktop, phone } from './chromium.ts';
import { connected, entered, hears, messageBox, rowsOf, say, sendButton } from './conversation.ts';
import { openLine } from './line.ts';
import { openScene, type Scene } from './scene.ts';
import { until } from './until.ts';

let scene: Scene;
beforeAll(async () => void (scene = await openScene()));
afterEach(async () => expect(await scene.leave()).toEqual([]));
afterAll(() => scene.close());

const LONGER_THAN_ANY_BACKOFF_MS = 3_000;
const banner = (page: Page, words: string) => page.getByRole('button', { name: words });

test.for([
  ['drains', 4001, '服务正在更新，正在重连…'],
  ['was read too slowly', 4008, '网络太慢，正在重连…'],
  ['is overloaded', 4503, '服务繁忙，正在重连…'],
] as const)('I25: a server that %s (%d) says so, and the page comes back by itself', async ([, code, words]) => {
  const group = await scene.tea();
  const { page } = await scene.newcomer(phone);
  const line = await openLine(page);
  await page.goto(group.linkOf(ada.userId));
  await entered(page);
  await connected(page);
  line.cut(code);
  await banner(page, words).waitFor();
  line.mend();
  await banner(page, words).waitFor({ state: 'detached' });
  await say(page, '我还在');
  await until(() => rowsOf(page)).toEqual([{ seq: 1, text: '我还在' }]);
});

test('I28: a page whose place another socket has taken says so, does not come back by itself, and does when it is asked to', async () => {
  const group = await scene.tea();
  const { page } = await scene.newcomer(phone);
  const line = await openLine(page);
  await page.goto(group.linkOf(ada.userId));
  await entered(page);
  await connected(page);
  line.cut(4509);
  line.mend();
  const replaced = banner(page, '已在别处打开，此页不再接收消息 在此继续');
  await replaced.waitFor();
  const dialed = line.dialed();
  await page.waitForTimeout(LONGER_THAN_ANY_BACKOFF_MS);
  expect(line.dialed()).toBe(dialed);
  await replaced.click();
  await replaced.waitFor({ state: 'detached' });
  await say(page, '回来了');
  await until(() => rowsOf(page)).toEqual([{ seq: 1, text: '回来了' }]);
});

test('who types is seen by the other, in a place that is there already; it ends with the message, with silence and with a lost word', async () => {
  const group = await scene.tea();
  const adas = await scene.newcomer(phone);
  const line = await openLine(adas.page);
  await adas.page.goto(group.linkOf(ada.userId));
  await entered(adas.page);
  const bos = await scene.enter(group.linkOf(bo.userId), desktop);
  await adas.page.getByText('2 人在线').waitFor();
  const placeOf = (page: Page) => page.getByRole('log').boundingBox();
  const before = await placeOf(adas.page);

  const typing = adas.page.getByText(`${bo.name} 正在输入…`);
  await messageBox(bos.page).pressSequentially('在');
  await typing.waitFor();
  expect(await placeOf(adas.page)).toEqual(before);
  await messageBox(bos.page).pressSequentially('的');
  await sendButton(bos.page).click();
  await hears(adas.page, '在的');
  await typing.waitFor({ state: 'detached' });

  // Four seconds without a key.
  await messageBox(bos.page).pressSequentially('嗯');
  await typing.waitFor();
  await typing.waitFor({ state: 'detached' });

  // The word of the end is lost: it ends all the same.
  line.change((frame) => (frame.op === 'typing' ? { ...frame, isTyping: true } : frame));
  await messageBox(bos.page).fill('');
  await messageBox(bos.page).pressSequentially('嗯');
  await typing.waitFor();
  await typing.waitFor({ state: 'detached' });
});

test('who is there is told, not asked for: the page sees somebody come and go without a question to the server', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId), phone);
  await page.getByText('1 人在线').waitFor();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const bos = await scene.enter(group.linkOf(bo.userId), desktop);
  await page.getByText('2 人在线').waitFor();
  await bos.context.close();
  await until(() => page.getByText('1 人在线').count()).toBe(1);
  expect(asked.filter((url) => url.includes('/members'))).toEqual([]);
});

const told = ['一', '二', '三'];

test('I17: where the log is no longer kept from its beginning, the list says so', async () => {
  const group = await scene.tea();
  for (const text of told) await scene.node.platform.post(group.groupId, bo.userId, { type: 'text', text });
  const { page } = await scene.newcomer(phone);
  await page.route(/\/messages\?/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { data: { minSeq: number; list: { seq: number }[] } };
    body.data = { ...body.data, minSeq: 3, list: body.data.list.filter(({ seq }) => seq >= 3) };
    await route.fulfill({ json: body });
  });
  await page.goto(group.linkOf(ada.userId));
  await entered(page);
  await page.getByText('更早的消息已超过保存期限').waitFor();
  expect(await rowsOf(page)).toEqual([{ seq: 3, text: '三' }]);
});

test('I18: when an older log was restored, the list is fetched anew and a line says that something may be missing', async () => {
  const group = await scene.tea();
  for (const text of told) await scene.node.platform.post(group.groupId, bo.userId, { type: 'text', text });
  const { page } = await scene.newcomer(phone);
  const line = await openLine(page);
  await page.goto(group.linkOf(ada.userId));
  await entered(page);
  await hears(page, ...told);

  // A backup of before the third message, as this page sees it.
  const logEpoch = 'restored';
  line.cut();
  line.change((frame) => {
    if (frame.op === 'opened') return { ...frame, logEpoch, head: 2 };
    if (frame.op === 'page') return { ...frame, logEpoch, head: 2, list: frame.list.filter(({ seq }) => seq <= 2) };
    return frame;
  });
  await page.route(/\/messages\?/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { data: { logEpoch: string; head: number; list: { seq: number }[] } };
    body.data = { ...body.data, logEpoch, head: 2, list: body.data.list.filter(({ seq }) => seq <= 2) };
    await route.fulfill({ json: body });
  });
  line.mend();
  await page.getByText('聊天记录已从备份恢复，这里可能缺少部分消息').waitFor();
  await until(async () => (await rowsOf(page)).map(({ text }) => text)).toEqual(['一', '二']);
});
