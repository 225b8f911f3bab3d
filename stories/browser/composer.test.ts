import { ada, bo, cy } from '@trialogue/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { desktop, phone } from './chromium.ts';
import { entered, hears, messageBox, rowsOf, said, say, sendButton } from './conversation.ts';
import { openScene, type Scene } from './scene.ts';
import { until } from './until.ts';

let scene: Scene;
beforeAll(async () => void (scene = await openScene()));
afterEach(async () => expect(await scene.leave()).toEqual([]));
afterAll(() => scene.close());

const value = (page: Page) => messageBox(page).inputValue();
const options = (page: Page) => page.getByRole('listbox', { name: '提到谁' }).getByRole('option');

/** What an own or another's message offers, by the keyboard as by a long press. */
async function choose(page: Page, text: string, action: string): Promise<void> {
  await said(page, text).getByText(text, { exact: true }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: action }).click();
}

test('client.md §4.2, IME: an Enter that chooses a word neither sends nor names anybody, and letters that are being composed open no list', async () => {
  const group = await scene.tea();
  const { page, context } = await scene.enter(group.linkOf(ada.userId), desktop);
  const keyboard = await context.newCDPSession(page);
  await messageBox(page).focus();
  const compose = (text: string) =>
    keyboard.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229, nativeVirtualKeyCode: 229 };

  await compose('@bo');
  await keyboard.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...enter });
  expect(await value(page)).toBe('@bo');
  expect(await options(page).count()).toBe(0);
  await keyboard.send('Input.insertText', { text: '你好，' });
  await until(() => value(page)).toBe('你好，');

  await page.keyboard.type('@');
  await options(page).first().waitFor();
  await compose('qing');
  await keyboard.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...enter });
  expect(await value(page)).toBe('你好，@qing');
  await keyboard.send('Input.insertText', { text: '青禾' });
  await until(() => options(page).count()).toBe(1);
  // At the pace of a person: an Enter right behind a composition counts as its end, as Safari needs it.
  await page.waitForTimeout(80);
  await page.keyboard.press('Enter');
  await until(() => value(page)).toBe(`你好，@${bo.name} `);
  expect(await rowsOf(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await hears(page, `你好，@${bo.name}`);
});

test('client.md §4.2, @mention: with the keys alone, found by first letters, gone as a whole, and the others read the name', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
  const bos = await scene.enter(group.linkOf(bo.userId), phone);
  await messageBox(page).focus();
  await page.keyboard.type('请 @');
  await until(() => options(page).count()).toBe(2);
  expect(await messageBox(page).getAttribute('aria-activedescendant')).toBe(
    await options(page).first().getAttribute('id'),
  );
  await page.keyboard.press('Escape');
  await until(() => options(page).count()).toBe(0);
  await page.keyboard.press('Backspace');
  await page.keyboard.type('@kf');
  await until(() => options(page).allInnerTexts()).toHaveLength(1);
  await page.keyboard.press('Tab');
  await until(() => value(page)).toBe(`请 @${cy.name} `);
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Backspace');
  await until(() => value(page)).toBe('请 ');
  await page.keyboard.type('@');
  await options(page).first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.type('看一下');
  await page.keyboard.press('Enter');
  await hears(bos.page, `请 @${cy.name} 看一下`);
});

test('client.md §4.2, emoji: at the caret, by keyboard on the desk and by finger on the phone, where the line does not jump', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
  await messageBox(page).fill('ab');
  await page.keyboard.press('ArrowLeft');
  await page.getByRole('button', { name: '表情' }).click();
  await page.getByRole('grid', { name: '表情' }).waitFor();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await until(() => value(page)).toBe('a😄b');
  await page.keyboard.type('c');
  await until(() => value(page)).toBe('a😄cb');

  const bos = await scene.enter(group.linkOf(bo.userId), phone);
  await messageBox(bos.page).fill('好');
  const line = () => bos.page.locator('.line').evaluate((it) => it.getBoundingClientRect().top);
  await bos.page.getByRole('button', { name: '表情' }).tap();
  const grid = bos.page.getByRole('grid', { name: '表情' });
  await grid.waitFor();
  const top = await line();
  await grid.getByText('👍').tap();
  await grid.getByText('🙏').tap();
  await until(() => value(bos.page)).toBe('好👍🙏');
  expect(await line()).toBe(top);
  // No keyboard of glass while one picks; it comes when the box is tapped.
  expect(await messageBox(bos.page).evaluate((it) => it === document.activeElement)).toBe(false);
  await sendButton(bos.page).tap();
  await hears(page, '好👍🙏');
  expect(await grid.isVisible()).toBe(true);
  await messageBox(bos.page).tap();
  await grid.waitFor({ state: 'detached' });
});

test('client.md §4.2, reply quote: above the box, gone with Esc, sent with the words, and a tap on it leads there', async () => {
  const group = await scene.tea();
  for (let n = 1; n <= 40; n++)
    await scene.node.platform.post(group.groupId, bo.userId, { type: 'text', text: `第 ${n} 句` });
  const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
  const bos = await scene.enter(group.linkOf(bo.userId), desktop);
  await choose(page, '第 40 句', '引用');
  const bar = page.getByRole('group', { name: `回复 ${bo.name}` });
  await bar.getByText('第 40 句').waitFor();
  await page.keyboard.press('Escape');
  await bar.waitFor({ state: 'detached' });

  await page.getByRole('log').evaluate((it) => (it.scrollTop = 0));
  await choose(page, '第 2 句', '引用');
  await bar.waitFor();
  await page.keyboard.type('就这个');
  await page.keyboard.press('Enter');
  await bar.waitFor({ state: 'detached' });
  const answer = bos.page.getByRole('article').filter({ hasText: '就这个' });
  await answer.getByText('第 2 句').click();
  await until(() => said(bos.page, '第 2 句').isVisible()).toBe(true);
  await until(() =>
    said(bos.page, '第 2 句').evaluate((it) => {
      const { top, bottom } = it.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    }),
  ).toBe(true);
});

test('client.md §4.4, ↑ in an empty composer: the last own message is said in other words, and everybody reads those', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
  const bos = await scene.enter(group.linkOf(bo.userId), phone);
  await say(page, '要两灌');
  await hears(bos.page, '要两灌');
  await until(() => said(page, '要两灌').getAttribute('data-seq')).not.toBe(null);
  await messageBox(page).focus();
  await page.keyboard.press('ArrowUp');
  await until(() => value(page)).toBe('要两灌');
  await page.getByRole('group', { name: '编辑消息' }).waitFor();
  await page.keyboard.press('Backspace');
  await page.keyboard.type('罐');
  await page.keyboard.press('Enter');
  await until(() => value(page)).toBe('');
  await until(() => bos.page.getByText('要两罐').isVisible()).toBe(true);
  expect(await bos.page.getByText('要两灌').count()).toBe(0);
});

test('client.md §4.2, recall and edit again: the words come back to the box, with what they answered', async () => {
  const group = await scene.tea();
  await scene.node.platform.post(group.groupId, bo.userId, { type: 'text', text: '要几罐？' });
  const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
  await choose(page, '要几罐？', '引用');
  await messageBox(page).fill('两灌');
  await page.keyboard.press('Enter');
  await until(() => page.getByRole('article').filter({ hasText: '两灌' }).getAttribute('data-seq')).not.toBe(null);
  await page.getByText('两灌', { exact: true }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: '撤回' }).click();
  await page.getByText('你撤回了一条消息').waitFor();
  await page.getByRole('button', { name: '重新编辑' }).click();
  await until(() => value(page)).toBe('两灌');
  await page.getByRole('group', { name: `回复 ${bo.name}` }).waitFor();
});

test('client.md §4.2, drafts: text, mention and quote are there after a reload, the list says so, and nobody finds them after signing out', async () => {
  const group = await scene.tea('订单 7 · 草稿');
  await scene.node.platform.post(group.groupId, bo.userId, { type: 'text', text: '要几罐？' });
  const { page } = await scene.newcomer(desktop);
  await page.goto(`${scene.node.origin}/login`);
  await page.getByRole('button', { name: `以 ${ada.name}` }).click();
  const row = page.getByRole('button', { name: /草稿$|订单 7/ }).first();
  await row.click();
  await entered(page);
  await choose(page, '要几罐？', '引用');
  await page.keyboard.type('@');
  await options(page).first().waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.type('两罐');
  await page.waitForTimeout(400);
  await page.reload();
  await entered(page);
  expect(await value(page)).toBe(`@${bo.name} 两罐`);
  await page.getByRole('group', { name: `回复 ${bo.name}` }).waitFor();
  // The name is still one: it goes as a whole.
  await messageBox(page).focus();
  for (let n = 0; n < 4; n++) await page.keyboard.press('Backspace');
  await until(() => value(page)).toBe('');
  await page.keyboard.type('三罐');

  await page.goto(`${scene.node.origin}/login`);
  await page.getByText('[草稿]').waitFor();
  await page.getByRole('button', { name: /三罐/ }).waitFor();
  await page.goto(`${scene.node.origin}/login/logout`);
  await until(() => page.evaluate(() => JSON.stringify([sessionStorage, localStorage]))).not.toContain('三罐');
});

test('client.md §4.5, on a small phone: an answer by one tap, once; customer service called by two, and the way back closes the panel', async () => {
  const group = await scene.node.platform.createGroup('订单 8 · 两个人', [ada.userId, bo.userId]);
  const choices = ['250 克', '500 克', '礼盒'];
  await scene.node.platform.post(group.groupId, bo.userId, { type: 'quickReplies', text: '要哪一种？', choices });
  const small = { ...phone, viewport: { width: 360, height: 640 } };
  const { page } = await scene.enter(group.linkOf(ada.userId), small);
  const bos = await scene.enter(group.linkOf(bo.userId), desktop);
  const row = page.getByRole('list', { name: '快捷回复' });
  await row.getByRole('button', { name: '500 克' }).tap();
  await row.waitFor({ state: 'detached' });
  // Everybody sees it in the card.
  await bos.page.getByRole('button', { name: '500 克 （已选择）' }).waitFor();

  const more = page.getByRole('button', { name: '更多' });
  await more.tap();
  const panel = page.getByRole('group', { name: '更多' });
  await panel.waitFor();
  await page.goBack();
  await panel.waitFor({ state: 'detached' });
  expect(page.url()).toContain(group.groupId);

  await more.tap();
  await panel.getByRole('button', { name: '需要客服介入' }).tap();
  await panel.getByRole('button', { name: '已呼叫客服，请稍候', disabled: true }).waitFor();
  await bos.page.getByText(`${ada.name} 请求客服介入`).waitFor();
});
