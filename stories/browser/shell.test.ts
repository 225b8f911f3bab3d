import type { ClientFrame } from '@trialogue/protocol';
import { ada, bo } from '@trialogue/testkit';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { desktop, phone } from './chromium.ts';
import { hears, messageBox, say } from './conversation.ts';
import type { Group } from './node.ts';
import { openScene, type Scene } from './scene.ts';
import { until } from './until.ts';

/** What holds a page together on a phone: what the styles promise, measured. client.md §4.4 and §4.6. */
let scene: Scene;
beforeAll(async () => void (scene = await openScene()));
afterEach(async () => expect(await scene.leave()).toEqual([]));
afterAll(() => scene.close());

async function tea(count: number): Promise<Group> {
  const group = await scene.tea();
  for (let at = 1; at <= count; at++)
    await scene.node.platform.post(group.groupId, bo.userId, { type: 'text', text: `第 ${at} 条` });
  return group;
}
const log = (page: Page): Locator => page.getByRole('log');
const openMenu = (page: Page) => page.locator('.bubble').last().click({ button: 'right' });

/** The states of the page in which there is something to be touched. Each is left as it was found. */
const states: Record<string, { open: (page: Page) => Promise<void>; close: (page: Page) => Promise<void> }> = {
  'the conversation': { open: async () => {}, close: async () => {} },
  'the menu of a message': {
    open: async (page) => (await openMenu(page), page.getByRole('menu').waitFor()),
    close: (page) => page.keyboard.press('Escape'),
  },
  'several being chosen': {
    async open(page) {
      await openMenu(page);
      await page.getByRole('menuitem', { name: '多选' }).click();
      await page.getByText('已选 1 条').waitFor();
    },
    close: (page) => page.getByRole('button', { name: '取消多选' }).click(),
  },
  'the search': {
    async open(page) {
      await page.getByRole('button', { name: '查找聊天记录' }).click();
      await page.getByRole('searchbox').fill('第');
      await page.getByText(/^第 \d+ 条，共/).waitFor();
    },
    close: (page) => page.getByRole('searchbox').press('Escape'),
  },
  'the members': {
    open: async (page) => (
      await page.getByRole('button', { name: '成员' }).first().click(),
      page.getByRole('dialog').getByText(bo.name).waitFor()
    ),
    close: (page) => page.keyboard.press('Escape'),
  },
  'the panel of things to send': {
    open: async (page) => (await page.getByRole('button', { name: '更多' }).click(), page.locator('.panel').waitFor()),
    close: (page) => page.getByRole('button', { name: '更多' }).click(),
  },
  'the emoji': {
    open: async (page) => (await page.getByRole('button', { name: '表情' }).click(), page.locator('.panel').waitFor()),
    close: (page) => page.getByRole('button', { name: '表情' }).click(),
  },
};
async function inEach(page: Page, look: (state: string) => Promise<void>): Promise<void> {
  for (const [name, { open, close }] of Object.entries(states)) {
    await open(page);
    await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined))));
    await look(name);
    await close(page);
    const layers = page.locator('dialog[open], [role=menu], .panel, [role=toolbar], [role=searchbox]');
    await expect.poll(() => layers.count(), { timeout: 20_000, message: `${name} is closed again` }).toBe(0);
  }
}

test('4.4 scrolling: the list scrolls, the page does not, whatever one drags', async () => {
  const { page } = await scene.enter((await tea(40)).linkOf(ada.userId), phone);
  await hears(page, '第 40 条');
  const pageTop = () =>
    page.evaluate(() => [
      scrollY,
      document.documentElement.scrollTop,
      document.body.scrollTop,
      visualViewport?.offsetTop,
    ]);
  const top = () => log(page).evaluate((list) => list.scrollTop);
  const before = await top();
  await log(page).hover();
  await page.mouse.wheel(0, -300);
  await until(top).toBeLessThan(before);
  for (const part of [page.locator('header.head'), log(page), messageBox(page)])
    for (const wheel of [-20_000, 20_000]) {
      await part.hover();
      await page.mouse.wheel(0, wheel);
      await page.waitForTimeout(100);
      expect(await pageTop()).toEqual([0, 0, 0, 0]);
    }
  await page.evaluate(() => scrollTo(0, 500));
  expect(await pageTop()).toEqual([0, 0, 0, 0]);
  // At its end it hands nothing on: no rubber band, no reload by a pull.
  expect(await log(page).evaluate((list) => getComputedStyle(list).overscrollBehaviorY)).toBe('contain');
  expect(await page.evaluate(() => getComputedStyle(document.body).position)).toBe('fixed');
});

const held = {
  upright: { how: phone, insets: { top: 47, bottom: 34, left: 0, right: 0 } },
  sideways: {
    how: { ...phone, viewport: { width: 844, height: 390 } },
    insets: { top: 0, bottom: 21, left: 47, right: 47 },
  },
};
test.for(Object.entries(held))(
  '4.4 safe areas: nothing that one reads or touches lies under a notch, the phone held %s',
  async ([, { how, insets }]) => {
    const { page, context } = await scene.enter((await tea(40)).linkOf(ada.userId), how);
    await hears(page, '第 40 条');
    const device = await context.newCDPSession(page);
    await device.send('Emulation.setSafeAreaInsetsOverride', { insets });
    const outside = () =>
      page.evaluate(({ top, bottom, left, right }) => {
        const isShown = (one: Element) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true });
        const list = document.querySelector('[role=log]')!;
        const layer = document.querySelector('dialog[open]') ?? document.querySelector('[role=menu]') ?? document;
        return [...layer.querySelectorAll('button, textarea, input:not([type=file]), h1, h2')]
          .filter((one) => isShown(one) && !list.contains(one) && !one.closest('.panel'))
          .filter((one) => {
            const box = one.getBoundingClientRect();
            const isIn = box.top >= top && box.bottom <= innerHeight - bottom;
            return box.width > 0 && !(isIn && box.left >= left && box.right <= innerWidth - right);
          })
          .map((one) => `${one.className} ${one.getAttribute('aria-label') ?? one.textContent}`);
      }, insets);
    await inEach(page, async (state) => expect(await outside(), state).toEqual([]));
  },
);

test('4.6 touch size: everything one touches is at least 44 px wide and high', async () => {
  const { page } = await scene.enter((await tea(40)).linkOf(ada.userId), phone);
  await say(page, '我在');
  await page.locator('.fate button').waitFor();
  /** Where a finger 44 px wide, in the middle of a control, would touch something else. */
  const small = () =>
    page.evaluate(() => {
      const NEAR = 44 / 2 - 1;
      const isShown = (one: Element) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true });
      const layer = document.querySelector('dialog[open]') ?? document.querySelector('[role=menu]') ?? document;
      return [...layer.querySelectorAll<HTMLElement>('button:not(:disabled), input, textarea, select, [role=tab]')]
        .filter((one) => isShown(one) && getComputedStyle(one).pointerEvents !== 'none')
        .flatMap((one) => {
          const { left, top, width, height } = (one.closest('label') ?? one).getBoundingClientRect();
          const [x, y] = [left + width / 2, top + height / 2];
          const isMine = (at: Element | null) =>
            at !== null && (one.contains(at) || at.closest('label')?.contains(one) === true);
          // What is covered, or scrolled out of sight, is not there to be touched.
          if (width === 0 || !isMine(document.elementFromPoint(x, y))) return [];
          const misses = [
            [-NEAR, 0],
            [NEAR, 0],
            [0, -NEAR],
            [0, NEAR],
          ].filter(([across = 0, down = 0]) => {
            const scroller = one.closest('[role=log], .panel')?.getBoundingClientRect();
            const isCut = scroller && (y + down < scroller.top || y + down > scroller.bottom);
            return !isCut && !isMine(document.elementFromPoint(x + across, y + down));
          });
          const name = one.getAttribute('aria-label') ?? one.textContent?.trim();
          return misses.length > 0 ? [`${one.className} “${name}”, ${Math.round(width)} × ${Math.round(height)}`] : [];
        });
    });
  await inEach(page, async (state) => expect(await small(), state).toEqual([]));
});

describe('4.6 reduced motion', () => {
  /** Everything on the page that would move for longer than one could see. */
  const moving = (page: Page) =>
    page.evaluate(() => {
      const longest = (words: string) => Math.max(...words.split(', ').map((each) => parseFloat(each)));
      return [...document.querySelectorAll('*')]
        .filter((one) => {
          const { animationName, animationDuration, transitionDuration, scrollBehavior } = getComputedStyle(one);
          const animates = animationName !== 'none' && longest(animationDuration) > 0.001;
          return animates || longest(transitionDuration) > 0.001 || scrollBehavior === 'smooth';
        })
        .map((one) => one.className);
    });

  test('nothing moves for who does not want it', async () => {
    const group = await tea(20);
    const [{ page }, { page: other }] = await Promise.all([
      scene.enter(group.linkOf(ada.userId), { ...desktop, reducedMotion: 'reduce' }),
      scene.enter(group.linkOf(bo.userId), desktop),
    ]);
    await Promise.all([hears(page, '第 20 条'), hears(other, '第 20 条')]);
    await inEach(page, async (state) => expect(await moving(page), state).toEqual([]));
    // For everybody else something does.
    expect((await moving(other)).length).toBeGreaterThan(0);
  });
});

test('4.2 send states: the sign of sending waits 300 ms, for most messages are there sooner than one could look', async () => {
  const group = await tea(3);
  const { page } = await scene.newcomer(phone);
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    // Nothing that is said arrives.
    socket.onMessage((text) => {
      if ((JSON.parse(String(text)) as ClientFrame).op !== 'send') server.send(text);
    });
  });
  await page.goto(group.linkOf(ada.userId));
  await page.getByText(/人在线$/).waitFor();
  const seen = page.evaluate(async () => {
    const frames: { at: number; opacity: number }[] = [];
    const spinner = () => document.querySelector<HTMLElement>('article .spinner');
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (let more = 0; more < 1_200; more++) {
      await frame();
      const one = spinner();
      const appears = one?.getAnimations().find((each) => (each as CSSAnimation).animationName.startsWith('appear'));
      if (one && appears)
        frames.push({ at: Number(appears.currentTime), opacity: Number(getComputedStyle(one).opacity) });
      if (frames.length > 0 && (!appears || Number(appears.currentTime) > 600)) break;
    }
    const left = spinner();
    return { frames, atLast: left && Number(getComputedStyle(left).opacity) };
  });
  await say(page, '在吗');
  const { frames, atLast } = await seen;
  const early = frames.filter(({ at }) => at < 300);
  expect(early.length).toBeGreaterThan(0);
  expect(early.every(({ opacity }) => opacity === 0)).toBe(true);
  expect(atLast).toBe(1);
});
