import { readFileSync } from 'node:fs';

import { ada, bo, cy } from '@trialogue/testkit';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { desktop, phone } from './chromium.ts';
import { attach, entered, hears, messageBox, rowsOf, said, say, sendAttached } from './conversation.ts';
import { drawPicture } from './picture.ts';
import { openScene, type Scene } from './scene.ts';
import { until } from './until.ts';

let scene: Scene;
beforeAll(async () => void (scene = await openScene()));
afterEach(async () => expect(await scene.leave()).toEqual([]));
afterAll(() => scene.close());

const hostile = `<script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">`;

test('three people open their links and talk: in Chinese, with emoji, from right to left, and nobody can smuggle in a script', async () => {
  const group = await scene.tea();
  const people = await Promise.all([
    scene.enter(group.linkOf(ada.userId)),
    scene.enter(group.linkOf(bo.userId), desktop),
    scene.enter(group.linkOf(cy.userId)),
  ]);
  const [adas, bos, cys] = people.map(({ page }) => page) as [Page, Page, Page];

  const lines: [Page, string][] = [
    [adas, '你好，请问订单里的龙井什么时候发货？'],
    [bos, '今天下午 🫖👩‍👩‍👧‍👦🎉'],
    [cys, 'مرحبا، سيصل الطرد يوم الخميس 12'],
    [adas, hostile],
    [bos, '谢谢！see https://shop.test/tea?x=1'],
  ];
  for (const [page, text] of lines) {
    await say(page, text);
    for (const each of [adas, bos, cys]) await hears(each, text);
  }

  for (const page of [adas, bos, cys]) {
    expect(await rowsOf(page)).toEqual(lines.map(([, text], at) => ({ seq: at + 1, text })));
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    await until(() => page.title()).toBe('订单 20261123 · 龙井');
  }
  expect(
    await said(bos, lines[2]![1])
      .locator('p[dir=auto]')
      .evaluate((it) => getComputedStyle(it).direction),
  ).toBe('rtl');
  // Who says what is told by name and role, not by colour alone.
  await said(adas, lines[1]![1]).getByText(bo.name).waitFor();
  await said(adas, lines[1]![1]).getByText('商家').waitFor();
});

test('Ada sees her message stored, then read by one, then by all', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId));
  await say(page, '有人吗？');
  const row = said(page, '有人吗？');
  await row.getByText('已发送', { exact: true }).waitFor();

  const bos = await scene.enter(group.linkOf(bo.userId));
  await hears(bos.page, '有人吗？');
  await row.getByText('1 人已读', { exact: true }).waitFor();

  await scene.enter(group.linkOf(cy.userId));
  await row.getByText('全部已读', { exact: true }).waitFor();
});

test('Ada sends a picture and Bo a file; the others get them as they were', async () => {
  const group = await scene.tea();
  const [adas, bos, cys] = await Promise.all([
    scene.enter(group.linkOf(ada.userId)),
    scene.enter(group.linkOf(bo.userId), desktop),
    scene.enter(group.linkOf(cy.userId)),
  ]);

  const picture = drawPicture();
  await attach(adas.page, 'images', { name: '破损.png', mimeType: 'image/png', buffer: picture.png });
  await sendAttached(adas.page);
  for (const { page } of [adas, bos, cys]) {
    const shown = page.getByRole('button', { name: /发送的图片/ }).getByRole('img', { name: '破损.png' });
    expect(await pixelsOf(shown)).toEqual(picture.pixels);
  }

  const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * 31 + (at >> 8)) % 256));
  await attach(bos.page, 'files', { name: '发票 №1.bin', mimeType: 'application/octet-stream', buffer: bytes });
  await sendAttached(bos.page, '发票在这里');
  for (const { page } of [adas, cys, bos]) {
    await hears(page, '发票在这里');
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: '下载 发票 №1.bin' }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe('发票 №1.bin');
    expect(readFileSync(await download.path()).equals(bytes)).toBe(true);
  }
});

test('after a reload the history is there, and the one-time link was enough', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(bo.userId));
  for (const text of ['一', '二', '三']) await say(page, text);
  await hears(page, '一', '二', '三');
  await scene.node.platform.post(group.groupId, ada.userId, { type: 'text', text: '四' });
  await hears(page, '四');
  const before = await rowsOf(page);

  await page.reload();
  await entered(page);
  await hears(page, '四');
  expect(await rowsOf(page)).toEqual(before);
  await say(page, '五');
  await said(page, '五').getByText('已发送').waitFor();
});

test('scrolling up through 150 messages, what Ada looks at stays where it is', async () => {
  const group = await scene.tea();
  const texts = Array.from({ length: 150 }, (_, at) => `第 ${at + 1} 条 ${'茶'.repeat((at * 7) % 40)}`);
  for (const [at, text] of texts.entries()) {
    await scene.node.platform.post(group.groupId, at % 3 === 0 ? bo.userId : cy.userId, { type: 'text', text });
  }
  const { page } = await scene.enter(group.linkOf(ada.userId));
  await hears(page, texts[149]!);
  const list = page.getByRole('log', { name: '聊天记录' });

  const seen = new Set<number>();
  for (;;) {
    const rows = await rowsOf(page);
    for (const { seq } of rows) seen.add(seq!);
    const first = rows[0]!.seq!;
    if (first === 1) break;
    expect(await jumpWhileOlderCome(list, first)).toBeLessThanOrEqual(1);
  }
  await page.getByText('没有更多消息').waitFor();
  expect([...seen].sort((one, other) => one - other)).toEqual(texts.map((_, at) => at + 1));

  // And back to the newest, with one tap.
  await page.getByRole('button', { name: '回到最新消息' }).click();
  await said(page, texts[149]!).waitFor();
  await until(() => list.evaluate((it) => it.scrollHeight - it.clientHeight - it.scrollTop)).toBeLessThan(2);
});

test('an Enter that chooses a Chinese word sends nothing; the next one sends', async () => {
  const group = await scene.tea();
  const { page, context } = await scene.enter(group.linkOf(ada.userId), desktop);
  const bos = await scene.enter(group.linkOf(bo.userId), phone);
  const keyboard = await context.newCDPSession(page);
  await messageBox(page).focus();
  await page.keyboard.insertText('老板，');

  await keyboard.send('Input.imeSetComposition', { text: 'ni hao', selectionStart: 6, selectionEnd: 6 });
  expect(await messageBox(page).inputValue()).toBe('老板，ni hao');
  await keyboard.send('Input.dispatchKeyEvent', {
    type: 'rawKeyDown',
    key: 'Enter',
    code: 'Enter',
    windowsVirtualKeyCode: 13,
  });
  expect(await messageBox(page).inputValue()).toBe('老板，ni hao');
  await keyboard.send('Input.insertText', { text: '你好' });
  await page.keyboard.press('Shift+Enter');
  // At the pace of a person: an Enter right behind a composition counts as its end, as Safari needs it.
  await page.keyboard.type('Bo', { delay: 60 });
  await page.keyboard.press('Enter');

  await hears(bos.page, '老板，你好 Bo');
  expect(await rowsOf(bos.page)).toEqual([{ seq: 1, text: '老板，你好\nBo' }]);
  expect(await messageBox(page).inputValue()).toBe('');
});

const pixelsOf = async (picture: Locator): Promise<number[]> => {
  await picture.waitFor();
  return picture.evaluate(async (it) => {
    const image = it as HTMLImageElement;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const paper = canvas.getContext('2d')!;
    paper.drawImage(image, 0, 0);
    return [...paper.getImageData(0, 0, canvas.width, canvas.height).data];
  });
};

/**
 * Scrolls to the top, and waits until rows have come before `first`. Gives by how much the row in sight moved on
 * screen meanwhile, in px, at the worst of all frames.
 */
const jumpWhileOlderCome = (list: Locator, first: number): Promise<number> =>
  list.evaluate(
    (it, first) =>
      new Promise<number>((done) => {
        const rows = () => [...it.querySelectorAll<HTMLElement>('[data-seq]')];
        it.scrollTop = 120;
        const edge = it.getBoundingClientRect().top;
        const inSight = rows().filter((row) => row.getBoundingClientRect().top >= edge)[1]!;
        const before = inSight.getBoundingClientRect().top;
        let worst = 0;
        let framesAfter = 0;
        const look = () => {
          worst = Math.max(worst, Math.abs(inSight.getBoundingClientRect().top - before));
          if (Number(rows()[0]!.dataset['seq']) < first) framesAfter += 1;
          if (framesAfter === 5) done(worst);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
    first,
  );
