import { ada, bo } from '@trialogue/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { desktop, phone } from './chromium.ts';
import { entered, hears, say } from './conversation.ts';
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

/** A page of the shop with the button of docs/EMBEDDING.md; its own backend answers `/identity`. */
async function openShop(settings: object, how: object = desktop): Promise<Page> {
  const { token } = await scene.node.platform.createToken(ada.userId);
  shop.pages.set('/identity', JSON.stringify({ token, userId: ada.userId }));
  shop.pages.set(
    '/shop.html',
    `<!doctype html>
<html lang="zh-CN">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>shop</title>
    <script src="${scene.node.origin}/embed.js" async></script>
    <script>
      window.told = []
      window.Trialogue = window.Trialogue || []
      Trialogue.push(Object.assign(${JSON.stringify(settings)}, {
        getIdentity: () => fetch('/identity').then((answer) => answer.json()),
        onUnread: (unread) => told.push(unread),
        onReady: (chat) => (window.chat = chat),
      }))
    </script>
  </head>
  <body><main><h1>Teapot</h1><a href="#more">More</a></main></body>
</html>`,
  );
  const { page } = await scene.newcomer(how);
  await page.goto(`${shop.origin}/shop.html`);
  return page;
}

const toldTo = (page: Page): Promise<number[]> => page.evaluate(() => (window as unknown as { told: number[] }).told);
const chatOf = (page: Page) => page.frameLocator('iframe');

test('the shop shows a button, counts what waits, and Ada talks with Bo inside its page (client.md 4.6, iframe embed)', async () => {
  const { groupId, linkOf } = await scene.tea();
  const page = await openShop({ dlgId: groupId, theme: { name: '青禾茶铺', accent: '#8a2be2' } });
  const button = page.getByRole('button', { name: '青禾茶铺' });
  await button.waitFor();

  // It is counted although nobody has opened it: nothing is read behind a closed door.
  const bos = await scene.enter(linkOf(bo.userId));
  await say(bos.page, '在吗？');
  await until(async () => (await toldTo(page)).at(-1)).toBe(1);
  await page.getByRole('button', { name: '青禾茶铺, 1 条未读消息' }).click();

  const chat = chatOf(page);
  await entered(chat);
  await hears(chat, '在吗？');
  await until(async () => (await toldTo(page)).at(-1)).toBe(0);
  await say(chat, '在的');
  await hears(bos.page, '在的');

  const frame = page.locator('iframe');
  expect(await frame.getAttribute('title')).toBe('青禾茶铺');
  expect(await frame.getAttribute('allow')).toBe('microphone; camera; clipboard-write; fullscreen; autoplay');
  await button.click();
  expect(await frame.isVisible()).toBe(false);
});

test('with `load: intent` nothing is fetched before somebody reaches for it', async () => {
  const { groupId } = await scene.tea();
  const page = await openShop({ dlgId: groupId, load: 'intent' });
  const button = page.getByRole('button', { name: '在线客服' });
  await button.waitFor();
  expect(await page.locator('iframe').count()).toBe(0);
  await button.hover();
  await page.locator('iframe').waitFor({ state: 'attached' });
  await button.click();
  await entered(chatOf(page));
});

test('on a phone it covers the page, and gives it back', async () => {
  const { groupId } = await scene.tea();
  const page = await openShop({ dlgId: groupId }, phone);
  await page.getByRole('button', { name: '在线客服' }).tap();
  await entered(chatOf(page));
  const box = await page.locator('iframe').boundingBox();
  expect(box?.width).toBe(phone.viewport.width);
  await page.getByRole('button', { name: '收起会话' }).tap();
  await page.getByRole('button', { name: '在线客服' }).waitFor();
  expect(await page.locator('iframe').isVisible()).toBe(false);
});

test('what another window says to the page is not believed, and the token is handed to nobody else', async () => {
  const { groupId } = await scene.tea();
  const page = await openShop({ dlgId: groupId, load: 'intent' });
  await page.getByRole('button', { name: '在线客服' }).waitFor();
  await page.evaluate(() => {
    const asked: string[] = [];
    Object.assign(window, { asked });
    const usual = window.fetch;
    window.fetch = (...given) => (asked.push(new Request(...given).url), usual(...given));
    for (const action of ['ready', 'unauthorized', 'unread'])
      window.postMessage({ action, payload: { dlgId: 'tea', unread: 9 } }, '*');
    window.postMessage('barrier', '*');
  });
  await page.evaluate(
    () => new Promise((done) => (addEventListener('message', done, { once: true }), window.postMessage('last', '*'))),
  );
  expect(await page.evaluate(() => (window as unknown as { asked: string[] }).asked)).toEqual([]);
  expect(await toldTo(page)).toEqual([0]);
});

test('whoever signs out leaves nothing on the page', async () => {
  const { groupId } = await scene.tea();
  const page = await openShop({ dlgId: groupId });
  await page.locator('iframe').waitFor({ state: 'attached' });
  await page.evaluate(() => (window as unknown as { chat: { remove(): void } }).chat.remove());
  expect(await page.locator('iframe, button').count()).toBe(0);
});

test('the file is one small script for pages of any origin, and asked for again each time', async () => {
  const answer = await fetch(`${scene.node.origin}/embed.js`);
  expect(answer.headers.get('content-type')).toMatch(/javascript/);
  expect(answer.headers.get('cache-control')).toBe('no-cache');
  expect(answer.headers.get('cross-origin-resource-policy')).toBeNull();
});
