import { AxeBuilder } from '@axe-core/playwright';
import { ada, bo, cy } from '@trialogue/testkit';
import type { FrameLocator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { desktop, type Person } from './chromium.ts';
import { entered, hears, messageBox, said, say } from './conversation.ts';
import type { Group } from './node.ts';
import { openScene, type Scene } from './scene.ts';
import { until } from './until.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());
afterEach(async () => expect(await scene.leave()).toEqual([]));

const wide = { viewport: { width: 1440, height: 900 } };

/** An agent of customer service at a desk of their own. */
async function openDesk(agent: string, how: Parameters<Scene['newcomer']>[0] = wide): Promise<Person> {
  const one = await scene.newcomer(how);
  await one.page.addInitScript((it) => sessionStorage.setItem('userInfo', it), await sessionOf(agent));
  await one.page.goto(`${scene.node.origin}/workbench`);
  await one.page.getByRole('heading', { name: '客服工作台' }).waitFor();
  return one;
}
const sessionOf = async (agent: string): Promise<string> =>
  JSON.stringify({ ...(await scene.node.platform.createToken(agent)), userId: agent, urole: 'service' });

/** A new agent, and conversations of theirs in which Ada has asked something. */
async function agentWith(agent: string, names: readonly string[]): Promise<Group[]> {
  const { platform } = scene.node;
  await platform.putUser(agent, `${agent} 客服`, 'service');
  const groups: Group[] = [];
  for (const name of names) {
    const group = await platform.createGroup(name, [ada.userId, bo.userId, agent]);
    await platform.post(group.groupId, ada.userId, { type: 'text', text: `请问 ${name} 怎么办？` });
    groups.push(group);
  }
  return groups;
}

const frameOf = (page: Page): FrameLocator => page.frameLocator('main iframe');
const rowsOf = (page: Page) => page.locator('.row');
const chosen = (page: Page) => page.locator('.row[aria-current="true"]');
/** The message box of this very conversation has the cursor. */
const canWriteIn = async (page: Page, name: string): Promise<void> => {
  await chosen(page).getByText(name, { exact: true }).waitFor();
  await frameOf(page).getByRole('heading', { name }).waitFor();
  await until(() =>
    messageBox(frameOf(page)).evaluate((box) => document.hasFocus() && box === document.activeElement),
  ).toBe(true);
};
const toldIn = async ({ groupId }: Group): Promise<string[]> =>
  (await scene.node.platform.transcript(groupId)).map(({ payload }) =>
    payload.type === 'text' ? payload.text : payload.type === 'system' ? payload.event : payload.type,
  );

test('client.md §4.5 W: twenty conversations are handled with the keyboard alone', { timeout: 180_000 }, async () => {
  const names = Array.from({ length: 20 }, (_, n) => `订单 ${100 + n}`);
  const groups = await agentWith('gil', names);
  const { page } = await openDesk('gil');
  await page.locator('li[aria-setsize="20"]').first().waitFor();

  // Who has waited longest is first.
  await page.keyboard.press('Alt+ArrowDown');
  await chosen(page).getByText(names[0]!, { exact: true }).waitFor();
  await page.keyboard.press('Enter');
  for (const name of names) {
    await canWriteIn(page, name);
    await hears(frameOf(page), `请问 ${name} 怎么办？`);
    // A fast typist; two conversations a second would be more than one person may ask of the server.
    await page.keyboard.type(`${name} 已处理`, { delay: 60 });
    await page.keyboard.press('Control+Enter');
    await page.getByText('会话已关闭').first().waitFor();
  }

  await until(() => page.getByRole('button', { name: /^已关闭/ }).textContent()).toContain('20');
  for (const [at, group] of groups.entries()) {
    const told = await toldIn(group);
    expect(told.filter((each) => each === `${names[at]} 已处理`)).toHaveLength(1);
    // What was said came first, and only then it was closed.
    expect(told.indexOf('closed')).toBeGreaterThan(told.indexOf(`${names[at]} 已处理`));
  }
});

test('what an agent does without the mouse works on the page and in the frame alike', async () => {
  const [first] = await agentWith('hana', ['甲', '乙', '丙']);
  const { page } = await openDesk('hana');
  await until(() => rowsOf(page).count()).toBe(3);
  await page.keyboard.press('Alt+ArrowDown');
  await page.keyboard.press('r');
  await canWriteIn(page, '甲');

  // In the box, letters are letters.
  await page.keyboard.type('ean?');
  await until(() => messageBox(frameOf(page)).inputValue()).toBe('ean?');
  await page.keyboard.press('Alt+ArrowDown');
  await canWriteIn(page, '乙');
  await rowsOf(page).filter({ hasText: '甲' }).getByText('[草稿]').waitFor();
  await page.keyboard.press('Alt+ArrowUp');
  await canWriteIn(page, '甲');
  expect(await messageBox(frameOf(page)).inputValue()).toBe('ean?');
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');

  // Out of the box, still in the frame.
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: '键盘快捷键' }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+K');
  await until(() => page.evaluate(() => document.activeElement?.matches('[type=search]'))).toBe(true);
  await page.keyboard.type('丙');
  await until(() => rowsOf(page).count()).toBeLessThan(3);
  await page.keyboard.press('Enter');
  await until(() => page.evaluate(() => document.activeElement?.matches('.row'))).toBe(true);
  await page.keyboard.press('Control+K');
  await page.keyboard.press('Delete');
  await until(() => rowsOf(page).count()).toBe(3);
  await page.keyboard.press('Tab');

  await page.keyboard.press('a');
  await chosen(page).getByText('由你负责').waitFor();
  await page.keyboard.press('e');
  await page.getByText('会话已关闭').first().waitFor();
  await page.keyboard.press('Alt+ArrowDown');
  await until(() => toldIn(first!)).toEqual(expect.arrayContaining(['taken', 'closed']));
});

test('a note of customer service looks like nothing else, and neither shopper nor merchant ever gets it', async () => {
  const [group] = await agentWith('ivo', ['茶罐']);
  const adas = await scene.enter(group!.linkOf(ada.userId));
  const bos = await scene.enter(group!.linkOf(bo.userId));
  const { page } = await openDesk('ivo');
  await rowsOf(page).first().click();
  await entered(frameOf(page));
  await page.keyboard.press('n');
  await page.getByText('备注：仅客服可见', { exact: false }).first().waitFor();
  await page.getByRole('tab', { name: '备注', selected: true }).waitFor();
  await until(() => messageBox(frameOf(page)).evaluate((box) => box === document.activeElement)).toBe(true);
  const paper = () =>
    frameOf(page)
      .locator('.editor')
      .evaluate((it) => getComputedStyle(it).backgroundColor);
  const ofNotes = await paper();
  await page.keyboard.type('此人常退货');
  await page.keyboard.press('Enter');
  await hears(frameOf(page), '此人常退货');

  await page.getByRole('tab', { name: '会话' }).click();
  await hears(frameOf(page), '请问 茶罐 怎么办？');
  expect(await paper()).not.toBe(ofNotes);
  await say(frameOf(page), '马上补发');
  for (const other of [adas, bos]) {
    await hears(other.page, '马上补发');
    expect(await said(other.page, '此人常退货').count()).toBe(0);
  }
  expect(await toldIn(group!)).not.toContain('此人常退货');
});

test('a shopper calls for customer service; who accepts can read, hand over with a note, and open again', async () => {
  const { node } = scene;
  const group = await node.platform.createGroup('没有客服的会话', [ada.userId, bo.userId]);
  const { token } = await node.platform.createToken(ada.userId);
  const call = await fetch(`${node.origin}/api/v1/conversations/${group.groupId}/service`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  expect(await call.json()).toMatchObject({ code: 0 });

  await agentWith('jun', []);
  const { page } = await openDesk('jun');
  await page.getByRole('button', { name: /^待接入/ }).click();
  await rowsOf(page).filter({ hasText: '没有客服的会话' }).click();
  await page.keyboard.press('Enter');
  await entered(frameOf(page));
  await chosen(page).getByText('由你负责').waitFor();

  await node.platform.call('POST', `/groups/${group.groupId}/members`, { members: [{ userId: cy.userId }] });
  await page.getByRole('button', { name: /^我的/ }).click();
  await page.getByRole('button', { name: '刷新' }).click();
  await page.getByRole('button', { name: /^由你负责|我负责/ }).waitFor();
  await until(async () => {
    await page.keyboard.press('h');
    const dialog = page.getByRole('dialog', { name: '转接给谁？' });
    const isThere = await dialog.getByText(cy.name).isVisible();
    if (!isThere) await page.keyboard.press('Escape');
    return isThere;
  }).toBe(true);
  await page.getByRole('textbox', { name: '附言' }).fill('茶罐已补发，等签收');
  await page.keyboard.press('Control+Enter');
  await page.getByText('已转接').first().waitFor();
  await until(() => toldIn(group)).toEqual(expect.arrayContaining(['joined', 'taken', 'handedOver']));
  expect(await toldIn(group)).not.toContain('茶罐已补发，等签收');

  await page.getByRole('combobox', { name: '会话状态' }).selectOption('closed');
  await until(() => toldIn(group)).toContain('closed');
  await page.keyboard.press('Shift+E');
  await until(() => toldIn(group)).toContain('reopened');
});

test('client.md §4.3: a message elsewhere is counted on its row and in the title, at once', async () => {
  const [, second] = await agentWith('kim', ['安静', '热闹']);
  const { page } = await openDesk('kim');
  await rowsOf(page).first().waitFor();
  await page.keyboard.press('Alt+ArrowDown');
  await entered(frameOf(page));
  await until(() => page.title()).toBe('(1) 客服工作台');
  await scene.node.platform.post(second!.groupId, ada.userId, { type: 'text', text: '在吗' });
  await rowsOf(page).filter({ hasText: '热闹' }).getByText('2 条未读消息').waitFor();
  await rowsOf(page).filter({ hasText: '在吗' }).waitFor();
  await until(() => page.title()).toBe('(2) 客服工作台');
});

test('the desk, light and dark, wide and narrow: axe finds nothing serious', { timeout: 180_000 }, async () => {
  await scene.node.platform.call('PUT', `/users/${ada.userId}`, {
    name: ada.name,
    urole: ada.urole,
    custom: {
      tags: ['老客'],
      orders: [{ orderId: 'QH-71', url: 'https://shop.test/71' }],
      site: 'javascript:alert(1)',
    },
  });
  await agentWith('lea', ['订单 20261123-000071 · 明前龙井礼盒 · 售后与补发', '白茶']);
  const found: string[] = [];
  for (const how of [wide, desktop, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }]) {
    const { page } = await openDesk('lea', how);
    const look = async (state: string) => {
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme });
        const axe = new AxeBuilder({ page }).setLegacyMode();
        // What is not colour is the same in the dark.
        if (colorScheme === 'dark') axe.withRules(['color-contrast']);
        const { violations } = await axe.analyze();
        for (const { id, impact, nodes } of violations)
          if (impact === 'serious' || impact === 'critical')
            found.push(
              ...nodes.map(({ target }) => `${how.viewport.width} ${state}, ${colorScheme}: ${id} ${target.join(' ')}`),
            );
      }
      const isWider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      if (isWider) found.push(`${how.viewport.width} ${state}: wider than the screen`);
    };
    await rowsOf(page).first().waitFor();
    await look('list');
    await rowsOf(page).first().click();
    await entered(frameOf(page));
    if (how.viewport.width < 1200) await page.keyboard.press('i');
    await page.getByText('QH-71').waitFor();
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
    await look('conversation and customer');
    await page.keyboard.press('i');
    await page.keyboard.press('n');
    await page.getByText('备注：仅客服可见', { exact: false }).first().waitFor();
    await entered(frameOf(page));
    await look('notes');
    await page.getByRole('tab', { name: '会话' }).focus();
    await page.keyboard.press('h');
    await page.getByRole('dialog').waitFor();
    await look('handing over');
    await page.keyboard.press('Escape');
    // What was open before it may still be on its way out, and takes the key.
    const help = page.getByRole('dialog');
    await until(async () => {
      await page.keyboard.press('?');
      return help.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      );
    }).toBe(true);
    await look('help');
    await page.keyboard.press('Escape');
  }
  expect(found).toEqual([]);
});
