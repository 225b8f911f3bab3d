import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { AxeBuilder } from '@axe-core/playwright';
import { ada, bo, cy, mal } from '@trialogue/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { connected, entered } from './conversation.ts';
import { embedding } from './hosts.ts';
import { openScene, type Scene } from './scene.ts';
import { startSite, type Site } from './site.ts';

const screens = fileURLToPath(new URL('../../.artifacts/screens', import.meta.url));
mkdirSync(screens, { recursive: true });

let scene: Scene;
let site: Site;
beforeAll(async () => {
  site = await startSite();
  scene = await openScene({ ALLOWED_ORIGINS: site.origin });
});
afterEach(async () => expect(await scene.leave()).toEqual([]));
afterAll(async () => {
  await scene.close();
  await site.close();
});

const looks = [
  ['phone', 'zh-CN', 'light'],
  ['phone', 'zh-TW', 'dark'],
  ['phone', 'en', 'light'],
  ['desktop', 'zh-CN', 'dark'],
  ['desktop', 'en', 'light'],
] as const;
const screen = {
  phone: { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true },
  desktop: { viewport: { width: 1280, height: 800 } },
};

/** Axe finds nothing at all, no words are missing, nothing sticks out; and a picture is kept. */
const looker = (name: string, found: string[]) => async (page: Page, state: string) => {
  await page.screenshot({ path: `${screens}/W6-${state}-${name}.png`, animations: 'disabled' });
  const axe = new AxeBuilder({ page }).setLegacyMode();
  for (const { id, nodes } of (await axe.analyze()).violations)
    for (const { target, any } of nodes) found.push(`${state}: ${id} ${target.join(' ')} ${any[0]?.message ?? ''}`);
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll('main *')]
      .filter((it) => it.checkVisibility() && it.getBoundingClientRect().right > innerWidth + 1)
      .map((it) => it.outerHTML.slice(0, 80)),
  );
  for (const one of wide) found.push(`${state}: ${one} is wider than the screen`);
};

test.for(looks)('%s, %s, %s: every state of every page is finished', async ([device, lang, colorScheme]) => {
  const found: string[] = [];
  const look = looker(`${device}-${lang}-${colorScheme}`, found);
  const { origin } = scene.node;
  const newcomer = async () => (await scene.newcomer({ ...screen[device], locale: lang, colorScheme })).page;
  const gone = () => scene.foresee(/ERR_INTERNET_DISCONNECTED|ERR_FAILED|status of 503/);

  // Signing in: on its way, failed, there; nothing to show, something to show, failed.
  const page = await newcomer();
  let open: () => void = () => undefined;
  const held = new Promise<void>((done) => (open = done));
  await page.route('**/demo/v1/cast', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${origin}/login`);
  await page.getByRole('status').first().waitFor();
  await look(page, 'login-loading');
  open();
  await page.locator(`[data-user-id=${mal.userId}]`).waitFor();
  await look(page, 'login');
  gone();
  await page.route('**/demo/v1/cast', (route) => route.abort());
  await page.reload();
  await page.locator('main [role=alert]').first().waitFor();
  await look(page, 'login-failed');
  await page.unroute('**/demo/v1/cast');
  await page.locator('main [role=alert]').getByRole('button').click();
  await page.locator(`[data-user-id=${mal.userId}]`).click();
  await page.locator('section .still').waitFor();
  await look(page, 'login-empty');
  await page.route('**/api/v1/conversations?*', (route) => route.abort());
  await page.reload();
  await page.locator('main [role=alert]').getByRole('button').waitFor();
  await look(page, 'login-list-failed');
  await page.unroute('**/api/v1/conversations?*');

  // A conversation that cannot be entered.
  await page.goto(`${origin}/groupConversation?userId=mal`);
  await page.locator('main [role=alert]').waitFor();
  await look(page, 'conversation-incomplete');
  const group = await scene.tea();
  await page.goto(`${origin}/groupConversation?groupId=${group.groupId}&userId=mal`);
  await page.locator('main [role=alert]').waitFor();
  await look(page, 'conversation-denied');
  const offline = await newcomer();
  await offline.route('**/api/v1/session', (route) => route.abort());
  await offline.goto(group.linkOf(ada.userId));
  await offline.locator('main [role=alert]').getByRole('button').waitFor();
  await look(offline, 'conversation-offline');
  await offline.unroute('**/api/v1/session');
  await offline.locator('main [role=alert]').getByRole('button').click();
  await offline.getByRole('log').waitFor();
  await look(offline, 'conversation');
  await offline.goto(group.linkOf(ada.userId).replace(/ticket=.*/, 'ticket=wrong'));
  await offline.waitForURL('**/login/logout');
  await offline.locator(`[data-user-id=${mal.userId}]`).waitFor();
  await look(offline, 'logout');

  // Making one.
  await page.goto(`${origin}/createGroup`);
  await page.getByRole('checkbox').first().waitFor();
  await page.locator('form button[type=submit]').click();
  await page.locator('main [role=alert]').first().waitFor();
  await look(page, 'createGroup');
  await page.locator('#group-name').fill('订单 20261123 · 龙井');
  for (const { userId } of [ada, bo, cy]) await page.locator(`#member-${userId}`).check();
  await page.locator('form button[type=submit]').click();
  await page.locator('.qr').nth(2).waitFor();
  await look(page, 'createGroup-made');
  expect(found).toEqual([]);
});

test('in a frame it says that it waits, and wears what the page gives it', async () => {
  site.pages.set('/host.html', embedding(`${scene.node.origin}/groupConversation?lang=en`));
  const { page } = await scene.newcomer(screen.desktop);
  await page.goto(`${site.origin}/host.html`);
  const frame = page.frameLocator('iframe');
  await frame.getByText('Waiting for the page to say who you are…').waitFor();
  const say = (message: unknown) =>
    page.evaluate((it) => document.querySelector('iframe')!.contentWindow!.postMessage(it, '*'), message);
  await say({ action: 'theme', payload: { scheme: 'dark', accent: '#8a2be2', radius: 4, name: '青禾茶铺' } });
  const root = frame.locator(':root');
  await frame.locator(':root[data-scheme=dark]').waitFor({ state: 'attached' });
  await expect.poll(() => root.evaluate((it) => it.style.getPropertyValue('--accent'))).toMatch(/^#/);
  expect(await root.evaluate((it) => getComputedStyle(it).getPropertyValue('--radius'))).toBe('4px');
  const { token } = await scene.node.platform.createToken(cy.userId);
  await say({ action: 'transferUser', payload: { token, userId: cy.userId } });
  await frame.getByText('Choose a conversation to begin').waitFor();
  await page.screenshot({ path: `${screens}/W6-frame-choosing.png` });
});

test('lines that run from the right: everything changes sides, and nothing is cut (client.md 4.6, RTL)', async () => {
  const group = await scene.tea();
  await scene.node.platform.post(group.groupId, bo.userId, { type: 'text', text: 'مرحبا، كيف يمكنني مساعدتك؟' });
  const { page } = await scene.newcomer(screen.phone);
  await page.goto(group.linkOf(ada.userId).replace('?', '?dir=rtl&'));
  await entered(page);
  await connected(page);
  expect(await page.evaluate(() => document.documentElement.dir)).toBe('rtl');
  const found: string[] = [];
  await looker('rtl', found)(page, 'conversation');
  expect(found).toEqual([]);
});

test('the tab tells Ada, who looks elsewhere, how much waits, until she comes back (client.md 4.3, notification)', async () => {
  const group = await scene.tea('订单 7');
  const { page, context } = await scene.enter(group.linkOf(ada.userId), screen.desktop);
  await connected(page);
  // Nothing is hidden in a browser without a screen, so the page is told that it is.
  const hide = (isHidden: boolean) =>
    page.evaluate((away) => {
      Object.defineProperty(document, 'visibilityState', { value: away ? 'hidden' : 'visible', configurable: true });
      document.hasFocus = () => !away;
      document.dispatchEvent(new Event('visibilitychange'));
      dispatchEvent(new Event(away ? 'blur' : 'focus'));
    }, isHidden);
  await page.waitForTimeout(500);
  await hide(true);
  for (const text of ['在吗？', '在的话回一下'])
    await scene.node.platform.post(group.groupId, bo.userId, { type: 'text', text });
  await expect.poll(() => page.title(), { timeout: 10_000 }).toBe('(2) 订单 7');
  expect(await page.locator('link[rel=icon]').getAttribute('href')).toBe('/favicon-unread.svg');
  await hide(false);
  await expect.poll(() => page.title()).toBe('订单 7');
  expect(context.pages()).toHaveLength(1);
});

test('who signs out on a phone, from the list of members, stays signed out: no layer takes them back', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId), screen.phone);
  await page.getByRole('button', { name: '群成员' }).tap();
  await page.getByRole('button', { name: '退出登录' }).tap();
  await page.waitForURL('**/login/logout');
  await page.locator(`[data-user-id=${mal.userId}]`).waitFor();
  // Longer than a layer takes to leave the history.
  await page.waitForTimeout(800);
  expect(new URL(page.url()).pathname).toBe('/login/logout');
  expect(await page.evaluate(() => sessionStorage.getItem('userInfo'))).toBeNull();
});

test('on a phone, Back closes the list of members and not the conversation (client.md 4.4, back button)', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId), screen.phone);
  await page.getByRole('button', { name: '群成员' }).tap();
  await page.getByRole('dialog', { name: '群成员' }).waitFor();
  await page.goBack();
  await page.getByRole('dialog', { name: '群成员' }).waitFor({ state: 'detached' });
  await page.getByRole('log').waitFor();
});
