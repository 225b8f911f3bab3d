import { ada, bo, cy } from '@trialogue/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { desktop, phone } from './chromium.ts';
import { entered, hears, said, say } from './conversation.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
beforeAll(async () => void (scene = await openScene()));
afterEach(async () => expect(await scene.leave()).toEqual([]));
afterAll(() => scene.close());

test('the platform signs somebody in, creates a group, and its links bring three people together', async () => {
  const { page, context } = await scene.newcomer(desktop);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(scene.node.origin);
  await page.getByRole('heading', { name: '登录', exact: true }).waitFor();
  await page.getByRole('button', { name: `以 ${cy.name} 的身份登录` }).click();
  await page.getByRole('heading', { name: '你的会话' }).waitFor();
  await page.getByRole('link', { name: '创建群会话' }).click();
  await page.waitForURL('**/createGroup');

  // What is missing is said, and nothing is created.
  await page.getByRole('button', { name: '创建会话' }).click();
  await page.getByRole('alert').getByText('请填写会话名称').waitFor();
  await page.getByRole('textbox', { name: '会话名称' }).fill('订单 88 · 补发');
  await page.getByRole('alert').getByText('至少选择两位成员').waitFor();
  for (const { name } of [ada, bo, cy]) await page.getByRole('checkbox', { name }).check();
  await page.getByRole('button', { name: '创建会话' }).click();
  await page.getByRole('heading', { name: '会话已创建' }).waitFor();

  const views = [];
  for (const { name } of [ada, bo, cy]) {
    await page.getByRole('img', { name: `${name} 的会话链接二维码` }).waitFor();
    const link = await page.getByRole('textbox', { name: `${name} 的会话链接` }).inputValue();
    expect(await page.getByRole('link', { name: `以 ${name} 的身份打开` }).getAttribute('href')).toBe(link);
    expect(link).toMatch(/\/groupConversation\?groupId=[\w.:@-]+&userId=[\w.:@-]+#ticket=/);
    views.push((await scene.enter(link, name === bo.name ? desktop : phone)).page);
  }
  await page.getByRole('button', { name: `复制 ${ada.name} 的链接` }).click();
  await page.getByRole('status').getByText('已复制').waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('userId=ada#ticket=');

  for (const [at, view] of views.entries()) {
    await view.getByRole('heading', { name: '订单 88 · 补发' }).waitFor();
    await say(view, `${at} 到了`);
  }
  for (const view of views) await hears(view, '0 到了', '1 到了', '2 到了');
});

test('the links that the server prints when it starts bring three people together, in a conversation with a past', async () => {
  const links = [...scene.node.output().matchAll(/http\S+\/groupConversation\?\S+/g)].map(([link]) => link);
  expect(links.map((link) => new URL(link).searchParams.get('userId'))).toEqual([ada.userId, bo.userId, cy.userId]);

  const views = await Promise.all(links.map(async (link) => (await scene.enter(link)).page));
  for (const [at, view] of views.entries()) {
    expect(await view.getByRole('article').count()).toBeGreaterThan(3);
    await say(view, `大家好，${at}`);
  }
  for (const view of views) await hears(view, '大家好，0', '大家好，1', '大家好，2');
});

test('somebody who has signed in finds the conversations in a list, and goes in', async () => {
  const group = await scene.tea('列表里的会话');
  await scene.node.platform.post(group.groupId, bo.userId, { type: 'text', text: '茶到了吗' });
  const { page } = await scene.newcomer();
  await page.goto(`${scene.node.origin}/login`);
  await page.getByRole('button', { name: `以 ${ada.name} 的身份登录` }).click();
  const row = page.getByRole('button', { name: /列表里的会话/ });
  await row.getByText(`${bo.name}: 茶到了吗`).waitFor();
  await row.getByRole('img', { name: '1 条未读' }).waitFor();
  await row.click();
  await entered(page);
  await hears(page, '茶到了吗');
  await say(page, '到了');
  await said(page, '到了').getByText('已发送').waitFor();
});
