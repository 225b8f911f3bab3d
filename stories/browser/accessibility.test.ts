import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { AxeBuilder } from '@axe-core/playwright';
import type { ClientFrame, RefusalName, ServerFrame } from '@trialogue/protocol';
import { ada, bo, cy, mal } from '@trialogue/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { desktop } from './chromium.ts';
import { attach, connected, entered, hears, messageBox, said, say } from './conversation.ts';
import { openLine } from './line.ts';
import type { Group } from './node.ts';
import { openScene, type Scene } from './scene.ts';
import { tellEverything } from './showcase.ts';
import { linkTo } from './ticket.ts';
import { until } from './until.ts';

const screens = fileURLToPath(new URL('../../.artifacts/screens', import.meta.url));
mkdirSync(screens, { recursive: true });

let scene: Scene;
let everything: Group;
beforeAll(async () => {
  scene = await openScene();
  everything = await tellEverything(scene.node);
});
afterEach(async () => expect(await scene.leave()).toEqual([]));
afterAll(() => scene.close());

const looks = [
  ['phone', { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }],
  ['desktop', { viewport: { width: 1280, height: 800 } }],
] as const;

const freshLink = async (userId: string, groupId: string): Promise<string> =>
  (await scene.node.platform.call<{ url: string }>('POST', `/groups/${groupId}/links`, { userId })).url;

/** What sticks out of the screen, sideways; without what is inside of it. */
const stickingOut = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const sticksOut = (it: Element) => {
      const { left, right, width, height } = it.getBoundingClientRect();
      return width > 0 && height > 0 && (left < -1 || right > innerWidth + 1);
    };
    return [...document.querySelectorAll('body *')]
      .filter(
        (it) =>
          it.checkVisibility({ visibilityProperty: true }) &&
          sticksOut(it) &&
          !sticksOut(it.parentElement!) &&
          // A row of chips may be longer than the screen, and scrolls by itself.
          !['auto', 'scroll'].includes(getComputedStyle(it.parentElement!).overflowX),
      )
      .map((it) => `<${it.localName} class="${it.getAttribute('class') ?? ''}">`);
  });

/** What comes and goes has come or gone: half-way there its colours are nobody's. What turns for ever is not waited for. */
const settled = (page: Page): Promise<unknown> =>
  Promise.all(
    page.frames().map(async (frame) => {
      // The day on top goes a moment after the last scroll.
      await frame.waitForFunction(() => !document.querySelector('.date.shown'));
      await frame.evaluate(() =>
        Promise.allSettled(
          document
            .getAnimations()
            .filter(({ effect }) => Number.isFinite(Number(effect?.getComputedTiming().endTime)))
            .map(({ finished }) => finished),
        ),
      );
    }),
  );

/** Looks at a page as it is now, and keeps pictures of it. */
const looker = (name: string, found: string[]) => async (page: Page, state: string) => {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${screens}/${state} · ${name}, ${colorScheme}.png`, animations: 'disabled' });
    // One run in the page itself: quicker, and all frames here are of our own origin.
    const axe = new AxeBuilder({ page }).setLegacyMode();
    // What is not colour is the same in the dark.
    if (colorScheme === 'dark') axe.withRules(['color-contrast', 'link-in-text-block']);
    await settled(page);
    for (const { id, impact, nodes } of (await axe.analyze()).violations) {
      if (impact !== 'serious' && impact !== 'critical') continue;
      for (const { target, any } of nodes) {
        found.push(`${state}, ${colorScheme}: ${id} ${target.join(' ')} ${any[0]?.message ?? ''}`);
      }
    }
  }
  for (const one of await stickingOut(page)) found.push(`${state}: ${one} is wider than the screen`);
};

test.for(looks)(
  '%s, light and dark: axe finds nothing serious on any page, and nothing sticks out of the screen',
  { timeout: 150_000 },
  async ([name, how]) => {
    const found: string[] = [];
    const look = looker(name, found);
    const { origin, platform } = scene.node;

    // The conversation, with every kind of message.
    const adas = await scene.newcomer(how);
    await adas.page.goto(await freshLink(ada.userId, everything.groupId));
    await entered(adas.page);
    await hears(adas.page, '有问题随时找我');
    await look(adas.page, '01 conversation, end');
    await adas.page.getByRole('log').evaluate((it) => (it.scrollTop = 0));
    await adas.page.getByText('没有更多消息').waitFor();
    await look(adas.page, '02 conversation, beginning');
    await adas.page.getByRole('log').evaluate((it) => (it.scrollTop = it.scrollHeight / 2 - it.clientHeight / 2));
    await look(adas.page, '03 conversation, middle');

    await adas.page.getByRole('button', { name: '群成员' }).click();
    await adas.page.getByRole('dialog', { name: '群成员' }).getByText(bo.name).waitFor();
    await look(adas.page, '04 members');
    await adas.page.keyboard.press('Escape');

    await messageBox(adas.page).fill('一行\n两行\n三行');
    await look(adas.page, '05 editor with three lines');
    await attach(adas.page, 'files', {
      name: '很长的文件名字用来看看会不会溢出.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('1'),
    });
    await look(adas.page, '05 sheet with a file');
    await adas.page.getByRole('button', { name: /^移除/ }).click();
    await adas.page.getByRole('button', { name: /发送的图片/ }).click();
    await adas.page.getByRole('dialog', { name: /发送的图片$/ }).waitFor();
    await look(adas.page, '06 picture');
    await adas.page.keyboard.press('Escape');

    // A new conversation, nothing said yet.
    const empty = await scene.tea();
    const bos = await scene.enter(empty.linkOf(bo.userId), how);
    await bos.page.getByText('还没有消息').waitFor();
    await look(bos.page, '08 empty conversation');

    // Ways that lead nowhere.
    const lost = await scene.newcomer(how);
    await lost.page.goto(`${origin}/groupConversation`);
    await lost.page.getByRole('alert').getByText('链接不完整').waitFor();
    await look(lost.page, '09 incomplete link');
    await lost.page.goto(empty.linkOf(bo.userId));
    await lost.page.waitForURL('**/login/logout');
    await lost.page.getByRole('button', { name: `以 ${ada.name} 的身份登录` }).waitFor();
    await look(lost.page, '10 logout');

    // The simulated platform.
    const one = await scene.newcomer(how);
    await one.page.goto(`${origin}/login`);
    await one.page.getByRole('button', { name: `以 ${mal.name}` }).waitFor();
    await look(one.page, '11 login');
    await one.page.getByRole('button', { name: `以 ${cy.name}` }).click();
    await one.page.getByRole('button', { name: /春茶/ }).waitFor();
    await look(one.page, '12 own conversations');
    await one.page.goto(linkTo(scene.node, { userId: cy.userId, groupId: 'never-was' }));
    await one.page.getByRole('alert').getByText('会话不存在').waitFor();
    await look(one.page, '13 not a member');

    await one.page.goto(`${origin}/createGroup`);
    await one.page.getByRole('checkbox', { name: ada.name }).waitFor();
    await one.page.getByRole('button', { name: '创建会话' }).click();
    await one.page.getByRole('alert').getByText('请填写会话名称').waitFor();
    await look(one.page, '14 createGroup');
    await one.page.getByRole('textbox', { name: '会话名称' }).fill(`订单 ${name}`);
    for (const each of [ada, bo, cy]) await one.page.getByRole('checkbox', { name: each.name }).check();
    await one.page.getByRole('button', { name: '创建会话' }).click();
    await one.page.getByRole('img', { name: `${cy.name} 的会话链接二维码` }).waitFor();
    await look(one.page, '15 createGroup, links');

    await one.page.goto(`${origin}/workbench`);
    await one.page.getByRole('button', { name: /春茶/ }).waitFor();
    await look(one.page, '16 workbench, list');
    await one.page.getByRole('button', { name: /春茶/ }).click();
    await entered(one.page.frameLocator('iframe'));
    await look(one.page, '17 workbench, conversation');
    await one.page.getByRole('button', { name: '返回会话列表' }).or(one.page.getByRole('searchbox')).first().click();
    await one.page.getByRole('searchbox', { name: '搜索会话' }).fill('没有这样的');
    await one.page.getByText('没有匹配的会话').waitFor();
    await look(one.page, '18 workbench, no match');

    await one.page.goto(`${origin}/test.html`);
    await one.page.getByRole('button', { name: '登录 Sign in' }).click();
    await one.page.getByRole('button', { name: /春茶/ }).click();
    await entered(one.page.frameLocator('#myFrame'));
    await look(one.page, '19 test.html');

    await platform.revokeTokens(ada.userId);
    await adas.page.waitForURL('**/login/logout');
    expect(found).toEqual([]);
  },
);

test.for(looks)(
  '%s, light and dark: what waits, what has failed, and what the page says about the connection, is for everybody to see',
  async ([name, how]) => {
    const found: string[] = [];
    const look = looker(name, found);
    const group = await scene.tea('订单 20261123 · 网络不好的时候');
    for (const text of ['你好，有什么可以帮您？', '茶罐今天发货'])
      await scene.node.platform.post(group.groupId, bo.userId, { type: 'text', text });
    const { page, context } = await scene.newcomer(how);
    await context.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }));
    const line = await openLine(page);
    await page.goto(group.linkOf(ada.userId));
    await entered(page);
    await connected(page);

    const texts = ['要两罐，明前的', '今天能发出来吗'];
    const [, last = ''] = texts;
    line.answer(refusing('rate.limited', 8_000));
    for (const text of texts) await say(page, text);
    await page.getByText(/^发送过快，\d+ 秒后自动发送$/).waitFor();
    await look(page, '20 too fast');
    line.cut(4002);
    const banner = page.getByRole('button', { name: /^正在重连….*未发送的消息只在此页中/ });
    await banner.waitFor();
    await said(page, last).getByRole('img', { name: '等待发送' }).waitFor();
    await look(page, '21 no connection, and nothing kept');
    line.answer(refusing('conversation.not_member'));
    line.mend();
    await banner.click();
    await page.getByText('发送失败：会话不存在，或你不在其中').waitFor();
    await said(page, last).getByText(last).click();
    await look(page, '22 failed, with its menu');
    await page.keyboard.press('Escape');
    line.answer(undefined);
    for (const text of texts)
      await said(page, text)
        .getByRole('button', { name: /^发送失败/ })
        .click();
    await said(page, last).getByText('已发送').waitFor();

    const bos = await scene.enter(group.linkOf(bo.userId), desktop);
    // That somebody types is told loosely: it may be lost, and is said again while it lasts.
    await until(async () => {
      await messageBox(bos.page).pressSequentially('好');
      return page.getByText(`${bo.name} 正在输入…`).isVisible();
    }).toBe(true);
    await look(page, '23 typing');
    line.cut(4509);
    const replaced = page.getByRole('button', { name: '在此继续' });
    await replaced.waitFor();
    await look(page, '24 replaced');
    line.change((frame) => (frame.op === 'opened' ? { ...frame, logEpoch: 'restored' } : frame));
    await page.route(/\/messages\?/, async (route) => {
      const answer = await route.fetch();
      const body = (await answer.json()) as { data: { logEpoch: string; minSeq: number; list: { seq: number }[] } };
      const list = body.data.list.filter(({ seq }) => seq > 1);
      body.data = { ...body.data, logEpoch: 'restored', minSeq: 2, list };
      await route.fulfill({ json: body });
    });
    line.mend();
    await replaced.click();
    await page.getByText('已连接').first().waitFor();
    await page.getByText('聊天记录已从备份恢复，这里可能缺少部分消息').waitFor();
    await page.getByText('更早的消息已超过保存期限').waitFor();
    await look(page, '25 back, with a restored log that has lost its beginning');
    expect(found).toEqual([]);
  },
);

/** Answers every send in the server's place. */
const refusing =
  (error: RefusalName, retryAfterMs?: number) =>
  (frame: ClientFrame): ServerFrame | undefined => {
    if (frame.op !== 'send') return undefined;
    const { dlgId, clientMsgId } = frame;
    return { op: 'nack', dlgId, clientMsgId, error, msg: '', ...(retryAfterMs !== undefined && { retryAfterMs }) };
  };
