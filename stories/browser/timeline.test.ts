import type { Payload } from '@trialogue/protocol';
import { ada, bo, cy } from '@trialogue/testkit';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { desktop, phone } from './chromium.ts';
import { connected, hears, messageBox, said, say } from './conversation.ts';
import type { Group } from './node.ts';
import { openScene, type Scene } from './scene.ts';
import { until } from './until.ts';

let scene: Scene;
beforeAll(async () => void (scene = await openScene()));
afterEach(async () => expect(await scene.leave()).toEqual([]));
afterAll(() => scene.close());

/** A conversation in which Bo has said much already: message 1, message 2, … Every seventh is long. */
async function longTea(count: number, wordsOf: (at: number) => string = (at) => `第 ${at} 条`): Promise<Group> {
  const group = await scene.tea();
  for (let at = 1; at <= count; at++) {
    const text = at % 7 === 0 ? `${wordsOf(at)} ${'水温八十五度，先注三分之一。'.repeat(at % 5)}` : wordsOf(at);
    await scene.node.platform.post(group.groupId, bo.userId, { type: 'text', text });
  }
  return group;
}

const log = (page: Page): Locator => page.getByRole('log');
const row = (page: Page, seq: number): Locator => page.locator(`[data-seq="${seq}"]`);
const fromEndPx = (page: Page): Promise<number> =>
  log(page).evaluate((list) => list.scrollHeight - list.clientHeight - list.scrollTop);
const latest = (page: Page): Locator => page.locator('button.latest');
const isInSight = (it: Locator): Promise<boolean> =>
  it.evaluate((element) => {
    const [box, frame] = [element.getBoundingClientRect(), element.closest('[role=log]')!.getBoundingClientRect()];
    return box.bottom > frame.top && box.top < frame.bottom;
  });

describe('scrolling (client.md §4.1)', () => {
  test('older messages come until the list says where it begins', async () => {
    const group = await longTea(120);
    const { page } = await scene.enter(group.linkOf(ada.userId));
    await hears(page, '第 120 条');
    await log(page).focus();
    for (let more = 0; more < 8 && !(await page.getByText('没有更多消息').isVisible()); more++) {
      await page.keyboard.press('Home');
      await page.waitForTimeout(300);
    }
    await page.getByText('没有更多消息').waitFor();
    await row(page, 1).waitFor();
  });

  test('the line above what is new stays where it was when the conversation was opened', async () => {
    const group = await longTea(30);
    const { page } = await scene.enter(group.linkOf(ada.userId));
    const bos = await scene.enter(group.linkOf(bo.userId));
    await bos.page.getByRole('button', { name: '1 人已读' }).waitFor();
    const address = page.url();
    await page.goto('about:blank');
    for (let at = 31; at <= 110; at++)
      await scene.node.platform.post(group.groupId, bo.userId, { type: 'text', text: `第 ${at} 条` });
    await page.goto(address);
    const line = row(page, 31).getByText('以下是新消息');
    await line.waitFor();
    expect(await isInSight(line)).toBe(true);
    await connected(page);
    await scene.node.platform.post(group.groupId, bo.userId, { type: 'text', text: '又来一条' });
    await until(() => latest(page).textContent()).toBe('1');
    expect(await isInSight(line)).toBe(true);
    await latest(page).click();
    await hears(page, '又来一条');
    expect(await page.getByText('以下是新消息').count()).toBeLessThanOrEqual(1);
    await said(bos.page, '又来一条').getByRole('button', { name: '1 人已读' }).waitFor();
    await page.reload();
    await hears(page, '又来一条');
    expect(await page.getByText('以下是新消息').count()).toBe(0);
  });

  test('a day is named on top while one scrolls, and not for long', async () => {
    const group = await longTea(60);
    const { page } = await scene.enter(group.linkOf(ada.userId));
    await hears(page, '第 60 条');
    await log(page).evaluate((list) => (list.scrollTop = 400));
    const opacity = () => page.locator('.date').evaluate((it) => Number(getComputedStyle(it).opacity));
    await until(opacity).toBe(1);
    expect(await page.locator('.date').textContent()).toBe('今天');
    await until(opacity).toBe(0);
  });
});

describe('going to a message (client.md §4.1)', () => {
  test('a quote leads to what was said hundreds of messages before, and the button back again', async () => {
    const group = await longTea(290);
    const quote = { seq: 7, fromuid: bo.userId, type: 'text', text: '第 7 条' } as const;
    await scene.node.platform.post(group.groupId, cy.userId, { type: 'text', text: '见上文', quote });
    for (const at of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
      await scene.node.platform.post(group.groupId, bo.userId, { type: 'text', text: `好的 ${at}` });
    const { page } = await scene.enter(group.linkOf(ada.userId));
    await hears(page, '好的 12');
    await log(page).evaluate((list) => (list.scrollTop -= 400));
    await said(page, '见上文').locator('.quote').click();
    await row(page, 7).waitFor();
    await until(() => isInSight(row(page, 7))).toBe(true);
    expect(await row(page, 7).getAttribute('class')).toContain('lit');
    // Not by fetching all that lies between.
    expect(await row(page, 150).count()).toBe(0);

    // What comes meanwhile is counted, and shown by going there.
    await scene.node.platform.post(group.groupId, bo.userId, { type: 'text', text: '又一条' });
    await until(() => latest(page).getAttribute('aria-label')).toBe('回到刚才的位置');
    await latest(page).click();
    await until(() => isInSight(said(page, '见上文'))).toBe(true);
    await until(() => latest(page).getAttribute('aria-label')).toContain('回到最新消息');
    await latest(page).click();
    await hears(page, '又一条');
    await until(() => fromEndPx(page)).toBeLessThanOrEqual(60);
  });

  test('from there one reads on until both ends meet', async () => {
    const group = await longTea(330);
    const quote = { seq: 60, fromuid: bo.userId, type: 'text', text: '第 60 条' } as const;
    await scene.node.platform.post(group.groupId, cy.userId, { type: 'text', text: '见上文', quote });
    const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
    await said(page, '见上文').locator('.quote').click();
    await row(page, 60).waitFor();
    for (let more = 0; more < 40 && (await row(page, 331).count()) === 0; more++) {
      await log(page).evaluate((list) => (list.scrollTop = list.scrollHeight));
      await page.waitForTimeout(150);
    }
    await row(page, 331).waitFor();
    const seqs = await page.locator('[data-seq]').evaluateAll((all) => all.map((one) => Number(one.dataset['seq'])));
    expect(seqs).toEqual(seqs.map((_, at) => seqs[0]! + at));
  });

  test('words are found in Chinese, also in what is not loaded yet, and marked where they stand', async () => {
    const group = await longTea(130, (at) => (at === 4 ? '明前狮峰龙井还有货吗' : `第 ${at} 条`));
    const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
    await hears(page, '第 130 条');
    await messageBox(page).focus();
    await page.keyboard.press('Control+f');
    const box = page.getByRole('searchbox', { name: '查找聊天记录' });
    await box.fill('狮峰龙井');
    await page.getByText('没有找到').waitFor();
    await page.getByRole('button', { name: '继续查找更早的消息' }).click();
    await page.getByText('第 1 条，共 1 条').waitFor();
    await until(() => isInSight(row(page, 4))).toBe(true);
    expect(await row(page, 4).locator('mark').textContent()).toBe('狮峰龙井');
    await box.press('Escape');
    await until(() => page.locator('mark').count()).toBe(0);
  });
});

describe('what one can do with a message (client.md §4.4)', () => {
  const menu = (page: Page) => page.getByRole('menu', { name: '消息操作' });
  const isWithin = (page: Page) =>
    menu(page).evaluate((it) => {
      const { left, top, right, bottom } = it.getBoundingClientRect();
      return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    });

  test('the menu opens by a long press, the right button and the keyboard, within the window', async () => {
    const group = await longTea(12);
    const [onPhone, onDesk] = await Promise.all([
      scene.enter(group.linkOf(ada.userId), phone),
      scene.enter(group.linkOf(cy.userId), desktop),
    ]);
    const [adas, cys] = [onPhone.page, onDesk.page];
    await Promise.all([hears(adas, '第 12 条'), hears(cys, '第 12 条')]);

    const box = (await row(adas, 12).locator('.bubble').boundingBox())!;
    const touch = await onPhone.context.newCDPSession(adas);
    const points = [{ x: box.x + 20, y: box.y + box.height / 2 }];
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: points });
    await menu(adas).waitFor();
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    expect(await isWithin(adas)).toBe(true);
    // The Back key of a phone closes it, and the conversation stays.
    await adas.goBack();
    await menu(adas).waitFor({ state: 'detached' });
    await messageBox(adas).waitFor();

    await row(cys, 12).locator('.bubble').click({ button: 'right' });
    await menu(cys).waitFor();
    expect(await isWithin(cys)).toBe(true);
    await cys.keyboard.press('Escape');
    await menu(cys).waitFor({ state: 'detached' });

    await log(cys).focus();
    await cys.keyboard.press('ArrowUp');
    await cys.keyboard.press('ArrowUp');
    await cys.keyboard.press('Shift+F10');
    await menu(cys).waitFor();
    await cys.getByRole('menuitem', { name: '引用' }).press('Enter');
    await say(cys, '就是这条');
    await until(() => said(adas, '就是这条').locator('.quote').textContent()).toContain('第 11 条');
  });

  test('Ada says it in other words, takes it back, and writes it again', async () => {
    const group = await scene.tea();
    const [{ page: adas }, { page: bos }] = await Promise.all([
      scene.enter(group.linkOf(ada.userId), desktop),
      scene.enter(group.linkOf(bo.userId)),
    ]);
    const choose = async (name: string) => {
      await adas.locator('.own .bubble').last().click({ button: 'right' });
      await adas.getByRole('menuitem', { name, exact: true }).click();
    };
    await say(adas, '地址是西湖路 1 号');
    await hears(bos, '地址是西湖路 1 号');
    await choose('编辑');
    await messageBox(adas).fill('地址是西湖路 10 号');
    await messageBox(adas).press('Enter');
    await hears(bos, '地址是西湖路 10 号');
    await said(bos, '地址是西湖路 10 号').getByText('已编辑').waitFor();
    expect(await bos.getByRole('article').count()).toBe(1);

    await choose('撤回');
    await bos.getByText(`${ada.name} 撤回了一条消息`).waitFor();
    expect(await bos.getByText('西湖路').count()).toBe(0);
    await adas.getByRole('button', { name: '重新编辑' }).click();
    await until(() => messageBox(adas).inputValue()).toBe('地址是西湖路 10 号');
  });

  test('who has read is one tap away', async () => {
    const group = await scene.tea();
    const [{ page }] = await Promise.all([scene.enter(group.linkOf(ada.userId)), scene.enter(group.linkOf(bo.userId))]);
    await say(page, '有人吗？');
    await page.getByRole('button', { name: '1 人已读' }).click();
    const dialog = page.getByRole('dialog', { name: '已读详情' });
    await dialog.getByText(bo.name).waitFor();
    await dialog.getByRole('tab', { name: '未读 1' }).click();
    await dialog.getByText(cy.name).waitFor();
  });

  /** A link opens one conversation only; who has signed in has all of theirs. */
  async function signIn(to: RegExp): Promise<Page> {
    const { page, context } = await scene.newcomer(desktop);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto(`${scene.node.origin}/login`);
    await page.getByRole('button', { name: `以 ${ada.name}` }).click();
    await page.getByRole('button', { name: to }).click();
    return page;
  }
  const forwardTo = (page: Page, name: RegExp) =>
    page.getByRole('dialog', { name: '转发给' }).getByRole('button', { name }).click();

  test('a message goes to another conversation of the same person', async () => {
    const [here, there] = [await scene.tea('订单甲'), await scene.tea('订单乙')];
    await scene.node.platform.post(here.groupId, bo.userId, { type: 'text', text: '退货地址：西湖路 1 号' });
    const [page, { page: bos }] = await Promise.all([signIn(/订单甲/), scene.enter(there.linkOf(bo.userId))]);
    await hears(page, '退货地址：西湖路 1 号');
    await until(async () => {
      await page.locator('.bubble').first().click({ button: 'right' });
      await menu(page).waitFor();
      const isThere = await page.getByRole('menuitem', { name: '转发' }).isVisible();
      if (!isThere) await page.keyboard.press('Escape');
      return isThere;
    }).toBe(true);
    await page.getByRole('menuitem', { name: '转发' }).click();
    await forwardTo(page, /^订单乙/);
    await hears(bos, '退货地址：西湖路 1 号');
  });

  test('several are chosen with the keyboard alone, copied, and sent on in order', async () => {
    const [here, there] = [await scene.tea('订单丙'), await scene.tea('订单丁')];
    for (const text of ['甲', '乙', '丙', '丁'])
      await scene.node.platform.post(here.groupId, bo.userId, { type: 'text', text });
    const [page, { page: bos }] = await Promise.all([signIn(/订单丙/), scene.enter(there.linkOf(bo.userId))]);
    await hears(page, '丁');
    const choose = async () => {
      await page.keyboard.press('Shift+F10');
      await page.getByRole('menuitem', { name: '多选' }).press('Enter');
    };
    await log(page).focus();
    await page.keyboard.press('ArrowUp');
    await choose();
    await page.getByText('已选 1 条').waitFor();
    expect(await messageBox(page).isVisible()).toBe(false);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Space');
    await page.getByText('已选 2 条').waitFor();
    expect(await said(page, '乙').getByRole('checkbox').isChecked()).toBe(true);
    expect(await said(page, '丙').getByRole('checkbox').isChecked()).toBe(false);

    await page.getByRole('toolbar', { name: '多选' }).getByRole('button', { name: '复制' }).press('Enter');
    await until(() => page.evaluate(() => navigator.clipboard.readText())).toBe(`${bo.name}: 乙\n${bo.name}: 丁`);
    await page.getByRole('checkbox').first().waitFor({ state: 'detached' });
    await messageBox(page).waitFor();

    await log(page).focus();
    await page.keyboard.press('ArrowUp');
    await choose();
    await page.getByText('已选 1 条').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('已选 1 条').waitFor({ state: 'detached' });

    await choose();
    await page.getByText('已选 1 条').waitFor();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByText('已选 2 条').waitFor();
    await page.getByRole('toolbar', { name: '多选' }).getByRole('button', { name: '转发' }).press('Enter');
    await forwardTo(page, /^订单丁/);
    await hears(bos, '丙', '丁');
    expect(await bos.getByRole('article').allTextContents()).toHaveLength(2);
    expect((await scene.node.platform.transcript(there.groupId)).map(({ payload }) => payload)).toEqual([
      { type: 'text', text: '丙' },
      { type: 'text', text: '丁' },
    ]);
    await page.getByText('已选 2 条').waitFor({ state: 'detached' });
  });

  test('on a phone a tap chooses, whatever lies under it, and the Back key ends it', async () => {
    const group = await longTea(12);
    const { page } = await scene.enter(group.linkOf(ada.userId), phone);
    await hears(page, '第 12 条');
    await row(page, 12).locator('.bubble').tap();
    await row(page, 12).getByRole('button', { name: '消息操作' }).tap();
    await page.getByRole('menuitem', { name: '多选' }).tap();
    await page.getByText('已选 1 条').waitFor();
    await row(page, 11).getByRole('checkbox').tap();
    await row(page, 12).getByRole('checkbox').tap();
    await until(() => page.getByRole('checkbox', { checked: true }).count()).toBe(1);
    const { width, height } = (await row(page, 11).getByRole('checkbox').boundingBox())!;
    expect(width).toBeGreaterThan(300);
    expect(height).toBeGreaterThanOrEqual(44);
    await page.goBack();
    await until(() => page.getByRole('checkbox').count()).toBe(0);
    await messageBox(page).waitFor();
  });

  test('one has a copy of all that was said, made here', async () => {
    const group = await longTea(120);
    const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
    await hears(page, '第 120 条');
    await page.getByRole('button', { name: '查找聊天记录' }).click();
    await page.getByRole('button', { name: '导出聊天记录' }).click();
    await page.getByRole('radio', { name: '文本' }).check();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '导出', exact: true }).click(),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    expect(text).toContain('第 1 条');
    expect(text.split('\r\n').filter((line) => line.includes(bo.name))).toHaveLength(120);
  });
});

describe('who is named (client.md §4.2, @mention)', () => {
  const naming = (text: string): Payload => ({
    type: 'text',
    text,
    mentions: [{ userId: ada.userId, at: 0, length: ada.name.length + 1 }],
  });
  const way = (page: Page) => page.getByRole('button', { name: /条消息提到了你$/ });

  test('sees a way to the first message that names them, until they have seen it', async () => {
    const group = await longTea(10);
    const { page } = await scene.enter(group.linkOf(ada.userId), phone);
    const bos = await scene.enter(group.linkOf(bo.userId));
    await bos.page.getByRole('button', { name: '1 人已读' }).waitFor();
    const address = page.url();
    await page.goto('about:blank');
    const post = (payload: Payload) => scene.node.platform.post(group.groupId, bo.userId, payload);
    for (let at = 11; at <= 110; at++)
      await post(at === 60 || at === 100 ? naming(`@${ada.name} 看这里 ${at}`) : { type: 'text', text: `第 ${at} 条` });
    await page.goto(address);
    await row(page, 11).getByText('以下是新消息').waitFor();
    await until(() => way(page).getAttribute('aria-label')).toBe('2 条消息提到了你');
    const [above, below] = [(await way(page).boundingBox())!, (await latest(page).boundingBox())!];
    expect(above.y + above.height).toBeLessThan(below.y);

    await way(page).click();
    await until(() => isInSight(row(page, 60))).toBe(true);
    await until(() => way(page).getAttribute('aria-label')).toBe('1 条消息提到了你');
    await way(page).click();
    await until(() => isInSight(row(page, 100))).toBe(true);
    await way(page).waitFor({ state: 'detached' });

    await log(page).evaluate((list) => (list.scrollTop -= 2_000));
    await connected(page);
    await post(naming(`@${ada.name} 还在吗`));
    await way(page).click();
    await until(() => isInSight(row(page, 111))).toBe(true);
    await way(page).waitFor({ state: 'detached' });
  });

  test('and a mark in the list of conversations, until they have read it', async () => {
    const group = await scene.tea('龙井点名');
    const { platform, origin } = scene.node;
    await platform.post(group.groupId, bo.userId, naming(`@${ada.name} 看这里`));
    const { page } = await scene.newcomer(desktop);
    const listed = page.getByRole('button', { name: /龙井点名/ });
    await page.goto(`${origin}/login`);
    await page.getByRole('button', { name: `以 ${ada.name}` }).click();
    await listed.getByText('[有人@我]').waitFor();
    await listed.click();
    await hears(page, `@${ada.name} 看这里`);
    await scene.node.platform.post(group.groupId, bo.userId, { type: 'text', text: '好的' });
    await hears(page, '好的');
    await until(async () => {
      await page.goto(`${origin}/login`);
      await listed.getByText('好的').waitFor();
      return listed.getByText('[有人@我]').count();
    }).toBe(0);
  });
});
