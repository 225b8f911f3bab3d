import type { ServerFrame } from '@trialogue/protocol';
import { ada, bo } from '@trialogue/testkit';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { desktop, phone } from './chromium.ts';
import { entered, hears, messageBox, rowsOf, said, say } from './conversation.ts';
import { openLine } from './line.ts';
import type { Group } from './node.ts';
import { openScene, type Scene } from './scene.ts';
import { until } from './until.ts';

let scene: Scene;
beforeAll(async () => void (scene = await openScene()));
afterEach(async () => expect(await scene.leave()).toEqual([]));
afterAll(() => scene.close());

const five = ['你好', '请问还有货吗', '要两罐', '明前的', '谢谢'];
const NETWORK = /net::ERR_|WebSocket connection to/;

/** How each row of our own stands, oldest first. */
const statesOf = (page: Page): Promise<string[]> =>
  page
    .locator('article[data-state]')
    .evaluateAll((rows) =>
      rows.map((row) => `${row.dataset['state']}: ${(row.querySelector('.bubble') ?? row).textContent.trim()}`),
    );
const all = (state: string, texts = five) => texts.map((text) => `${state}: ${text}`);
const banner = (page: Page, words: string | RegExp) => page.getByRole('button', { name: words });

/** Another tab of the same browser: who has come in once, comes back without a ticket. */
async function secondTab(context: BrowserContext, { groupId }: Group, userId: string): Promise<Page> {
  const tab = await context.newPage();
  await tab.goto(`${scene.node.origin}/groupConversation?${new URLSearchParams({ groupId, userId })}`);
  await entered(tab);
  return tab;
}

/** The log holds these and nothing else, each once, in this order. */
async function storedOnce({ groupId }: Group, texts: readonly string[]): Promise<void> {
  const stored = await scene.node.platform.transcript(groupId);
  expect(stored.map(({ seq }) => seq)).toEqual(texts.map((_, at) => at + 1));
  expect(stored.map(({ payload }) => (payload.type === 'text' ? payload.text : payload.type))).toEqual(texts);
  expect(new Set(stored.map(({ clientMsgId }) => clientMsgId)).size).toBe(texts.length);
}

const numbered = (texts: readonly string[]) => texts.map((text, at) => ({ seq: at + 1, text }));

/** Two ways in which the plug can be pulled, and put back. */
const plugs = {
  'the network of the browser': {
    words: /网络不可用.*立即重试/,
    pull: (context: BrowserContext) => context.setOffline(true),
    putBack: (context: BrowserContext) => context.setOffline(false),
  },
  'the server, by kill -9': {
    words: /正在重连….*立即重试/,
    pull: () => scene.node.kill(),
    putBack: () => scene.node.restart(),
  },
} as const;

test.for(Object.entries(plugs))(
  'I3 I4 I10 I12: %s goes while five messages are typed: all five are shown as waiting, a banner says why, and when it is back they are sent once, in order; a second tab agrees at every moment',
  async ([, plug]) => {
    scene.foresee(NETWORK);
    const group = await scene.tea();
    const { page, context } = await scene.enter(group.linkOf(ada.userId), phone);
    const tab = await secondTab(context, group, ada.userId);
    const bos = await scene.enter(group.linkOf(bo.userId), desktop);
    const listAt = await page.getByRole('log').boundingBox();

    await plug.pull(context);
    for (const text of five) await say(page, text);
    for (const each of [page, tab]) await until(() => statesOf(each)).toEqual(all('queued'));
    // A sign for the eyes, words for the ears.
    await until(() => page.getByRole('img', { name: '等待发送' }).count()).toBe(5);
    for (const each of [page, tab]) await banner(each, plug.words).waitFor();
    await messageBox(page).fill('还可以继续写');
    // The banner lies over the list: nothing has moved for it.
    expect(await page.getByRole('log').boundingBox()).toEqual(listAt);

    await plug.putBack(context);
    await page.getByText('已连接').first().waitFor();
    for (const each of [page, tab]) {
      await until(() => statesOf(each)).toEqual(all('sent'));
      await until(() => rowsOf(each)).toEqual(numbered(five));
    }
    await banner(page, plug.words).waitFor({ state: 'detached' });
    await hears(bos.page, ...five);
    expect(await rowsOf(bos.page)).toEqual(numbered(five));
    expect(await messageBox(page).inputValue()).toBe('还可以继续写');
    await storedOnce(group, five);
  },
);

test('I3 I4 I10: what waits outlives a reload and is shown as waiting again; at rest in the browser there is ciphertext only (I37)', async () => {
  const group = await scene.tea();
  const { page, context } = await scene.newcomer(phone);
  const line = await openLine(context);
  await page.goto(group.linkOf(ada.userId));
  await entered(page);

  line.cut();
  const canaries = five.map((text, at) => `${text} canary-${at}-${group.groupId}`);
  for (const text of canaries) await say(page, text);
  await until(() => statesOf(page)).toEqual(all('queued', canaries));
  await page.reload();
  await until(() => statesOf(page)).toEqual(all('queued', canaries));

  const kept = await page.evaluate(keptInBrowser);
  // Five sealed envelopes are there, so that finding none of the words means something.
  expect(kept.match(/IM1\./g)?.length).toBeGreaterThanOrEqual(5);
  expect(kept).not.toContain('canary-');
  for (const text of five) expect(kept).not.toContain(text);

  line.mend();
  await until(() => statesOf(page)).toEqual(all('sent', canaries));
  expect(await rowsOf(page)).toEqual(numbered(canaries));
  await storedOnce(group, canaries);
  await page.reload();
  await until(() => rowsOf(page)).toEqual(numbered(canaries));
});

test('I3 I4 I10: what waits outlives its tab: the next one, opened when there is a network again, sends it', async () => {
  scene.foresee(NETWORK);
  const group = await scene.tea();
  const { page, context } = await scene.enter(group.linkOf(ada.userId), phone);
  await context.setOffline(true);
  for (const text of five) await say(page, text);
  await until(() => statesOf(page)).toEqual(all('queued'));
  await page.close();
  await context.setOffline(false);

  const tab = await secondTab(context, group, ada.userId);
  await until(() => rowsOf(tab)).toEqual(numbered(five));
  await until(() => statesOf(tab)).toEqual(all('sent'));
  await storedOnce(group, five);
});

test.for([
  ['has no IndexedDB to give', () => Object.defineProperty(window, 'indexedDB', { get: forbid })],
  ['lets nobody open one', () => Object.defineProperty(IDBFactory.prototype, 'open', { value: forbid })],
] as const)(
  'I3 I4: where the browser %s it works from memory, and says that the page must stay open',
  async ([, block]) => {
    scene.foresee(NETWORK);
    const group = await scene.tea();
    const { page, context } = await scene.newcomer(phone);
    await context.addInitScript(`${forbid.toString()}; (${block.toString()})()`);
    await page.goto(group.linkOf(ada.userId));
    await entered(page);
    await context.setOffline(true);
    for (const text of five) await say(page, text);
    await until(() => statesOf(page)).toEqual(all('queued'));
    await banner(page, /未发送的消息只在此页中，请勿关闭/).waitFor();
    await context.setOffline(false);
    await until(() => statesOf(page)).toEqual(all('sent'));
    await storedOnce(group, five);
  },
);

test('I12: a message sent in one tab is there once in both', async () => {
  const group = await scene.tea();
  const { page, context } = await scene.enter(group.linkOf(ada.userId), desktop);
  const tab = await secondTab(context, group, ada.userId);
  for (const [at, text] of five.entries()) await say(at % 2 === 0 ? page : tab, text).then(() => hears(page, text));
  for (const each of [page, tab]) {
    await until(() => rowsOf(each)).toEqual(numbered(five));
    await until(() => statesOf(each)).toEqual(all('sent'));
  }
  await storedOnce(group, five);
});

test('I2 I7: a refused message is marked, also after a reload and in the other tab; the sign sends it again under the same id, the menu deletes it', async () => {
  const group = await scene.tea();
  const { page, context } = await scene.newcomer(phone);
  const line = await openLine(context);
  await page.goto(group.linkOf(ada.userId));
  await entered(page);
  const tab = await secondTab(context, group, ada.userId);

  const sentIds: string[] = [];
  line.answer((frame): ServerFrame | undefined => {
    if (frame.op !== 'send') return undefined;
    sentIds.push(frame.clientMsgId);
    const { dlgId, clientMsgId } = frame;
    return { op: 'nack', dlgId, clientMsgId, error: 'message.too_large', msg: 'It is too large.' };
  });
  for (const text of ['一', '二']) await say(page, text);
  for (const each of [page, tab]) await until(() => statesOf(each)).toEqual(all('failed', ['一', '二']));
  expect(sentIds).toHaveLength(2);
  expect(await page.evaluate(keptInBrowser)).toContain(sentIds[1]);

  await page.reload();
  await until(() => statesOf(page)).toEqual(all('failed', ['一', '二']));
  const sign = said(page, '一').getByRole('button', { name: /^发送失败/ });
  const box = await sign.boundingBox();
  expect(Math.min(box!.width, box!.height)).toBeGreaterThanOrEqual(44);

  line.answer(undefined);
  await sign.click();
  await until(() => statesOf(page)).toContain('sent: 一');
  await said(page, '二').getByText('二', { exact: true }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: '删除' }).click();
  for (const each of [page, tab]) await until(() => statesOf(each)).toEqual(['sent: 一']);
  await until(() => page.evaluate(keptInBrowser)).not.toContain(sentIds[1]);
  await page.reload();
  await until(() => statesOf(page)).toEqual(['sent: 一']);
  await storedOnce(group, ['一']);
  expect((await scene.node.platform.transcript(group.groupId))[0]?.clientMsgId).toBe(sentIds[0]);
});

test('a message that came too fast waits for as long as the server says, and is not called failed', async () => {
  const group = await scene.tea();
  const { page } = await scene.newcomer(phone);
  const line = await openLine(page);
  await page.goto(group.linkOf(ada.userId));
  await entered(page);
  let refused = 0;
  line.answer((frame): ServerFrame | undefined => {
    if (frame.op !== 'send' || refused > 0) return undefined;
    refused += 1;
    const { dlgId, clientMsgId } = frame;
    return { op: 'nack', dlgId, clientMsgId, error: 'rate.limited', msg: 'Too many.', retryAfterMs: 4_000 };
  });
  for (const text of five) await say(page, text);
  await page.getByText(/^发送过快，[234] 秒后自动发送$/).waitFor();
  expect(await statesOf(page)).toEqual(all('queued'));
  await until(() => page.getByRole('img', { name: '发送过快，稍后自动发送' }).count()).toBe(5);
  await until(() => statesOf(page)).toEqual(all('sent'));
  expect(refused).toBe(1);
  await storedOnce(group, five);
});

/** Runs in the page, as browsers do where storage is switched off. */
function forbid(): never {
  throw new DOMException('The operation is insecure.', 'SecurityError');
}

/** All that a page can find in the storage of its browser, as text. */
async function keptInBrowser(): Promise<string> {
  const done = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.addEventListener('success', () => resolve(request.result));
      request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB failed')));
    });
  const found: unknown[] = [Object.entries(localStorage), Object.entries(sessionStorage)];
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name ?? ''));
    for (const store of database.objectStoreNames) {
      const rows = database.transaction(store).objectStore(store);
      found.push(store, await done(rows.getAllKeys()), await done(rows.getAll()));
    }
    database.close();
  }
  return JSON.stringify(found, (_, value: unknown) =>
    value instanceof Uint8Array ? new TextDecoder().decode(value) : value,
  );
}
