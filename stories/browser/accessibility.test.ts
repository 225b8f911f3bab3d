import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { AxeBuilder } from '@axe-core/playwright';
import { ada, bo, cy, mal } from '@trialogue/testkit';
import type { Page, WebSocketRoute } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { attach, entered, hears, messageBox, said, say } from './conversation.ts';
import type { Group } from './node.ts';
import { openScene, type Scene } from './scene.ts';
import { tellEverything } from './showcase.ts';
import { linkTo } from './ticket.ts';

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

/** A socket that can be cut, before the page is gone to. */
async function breakableLine(page: Page): Promise<{ cut(): void; mend(): void }> {
  let isCut = false;
  const sockets: WebSocketRoute[] = [];
  await page.routeWebSocket(/\/ws$/, (socket) => {
    if (isCut) return void socket.close({ code: 4001 });
    socket.connectToServer();
    sockets.push(socket);
  });
  return {
    cut() {
      isCut = true;
      for (const socket of sockets.splice(0)) void socket.close({ code: 4001 });
    },
    mend: () => void (isCut = false),
  };
}

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
        (it) => it.checkVisibility({ visibilityProperty: true }) && sticksOut(it) && !sticksOut(it.parentElement!),
      )
      .map((it) => `<${it.localName} class="${it.getAttribute('class') ?? ''}">`);
  });

test.for(looks)(
  '%s, light and dark: axe finds nothing serious on any page, and nothing sticks out of the screen',
  async ([name, how]) => {
    const found: string[] = [];
    /** Looks at a page as it is now, and keeps pictures of it. */
    const look = async (page: Page, state: string) => {
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: `${screens}/${state} · ${name}, ${colorScheme}.png`, animations: 'disabled' });
        // One run in the page itself: quicker, and all frames here are of our own origin.
        const axe = new AxeBuilder({ page }).setLegacyMode();
        // What is not colour is the same in the dark.
        if (colorScheme === 'dark') axe.withRules(['color-contrast', 'link-in-text-block']);
        for (const { id, impact, nodes } of (await axe.analyze()).violations) {
          if (impact !== 'serious' && impact !== 'critical') continue;
          for (const { target, any } of nodes) {
            found.push(`${state}, ${colorScheme}: ${id} ${target.join(' ')} ${any[0]?.message ?? ''}`);
          }
        }
      }
      for (const one of await stickingOut(page)) found.push(`${state}: ${one} is wider than the screen`);
    };
    const { origin, platform } = scene.node;

    // The conversation, with every kind of message.
    const adas = await scene.newcomer(how);
    const line = await breakableLine(adas.page);
    await adas.page.goto(await freshLink(ada.userId, everything.groupId));
    await entered(adas.page);
    await hears(adas.page, '有问题随时找我');
    await adas.page.getByRole('img', { name: '茶罐.png' }).waitFor();
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

    await attach(adas.page, 'files', {
      name: '很长的文件名字用来看看会不会溢出.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('1'),
    });
    await messageBox(adas.page).fill('一行\n两行\n三行');
    await look(adas.page, '05 editor with an attachment');
    await adas.page.getByRole('button', { name: /^移除/ }).click();
    await adas.page.getByRole('button', { name: /发送的图片/ }).click();
    await adas.page.getByRole('dialog', { name: '茶罐.png' }).waitFor();
    await look(adas.page, '06 picture');
    await adas.page.keyboard.press('Escape');

    const words = `网络断了还在写（${name}）`;
    line.cut();
    await messageBox(adas.page).fill('');
    await say(adas.page, words);
    const banner = adas.page.getByRole('button', { name: '网络已断开，正在重连… 点击立即重试' });
    await banner.waitFor();
    await said(adas.page, words).getByRole('img', { name: '发送中' }).waitFor();
    await look(adas.page, '07 offline');
    line.mend();
    await banner.click();
    await said(adas.page, words).getByText('已发送').waitFor();

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
    await one.page.getByRole('button', { name: '← 你的会话' }).or(one.page.getByRole('searchbox')).first().click();
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
