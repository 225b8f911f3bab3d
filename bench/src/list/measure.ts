import type { CDPSession, Page } from 'playwright-core';

import { launch } from '../chromium.ts';

/** What `apps/web/dev/list/watch.ts` puts into the page. */
declare const stopwatch: {
  prepare(count: number): void;
  settled(giveUpMs: number): Promise<{ firstRowMs?: number; settledMs?: number }>;
  frames(): Promise<void>;
  stop(): number[];
  jump(fromTop: number, giveUpMs: number): Promise<number | undefined>;
};

/** What one list did with so many messages. Times in ms; undefined where it did not come to an end in {@link GIVE_UP_MS}. */
export interface Measured {
  /** From the mount until a first row is drawn. */
  firstRowMs: number | undefined;
  /** From the mount until the newest message is drawn at the bottom and nothing moves any more. */
  settledMs: number | undefined;
  /** JavaScript heap beyond what the messages themselves take. */
  heapMiB: number | undefined;
  domNodes: number | undefined;
  /** During a scroll of 9,000 px in 3 s. */
  worstFrameMs: number | undefined;
  fps: number | undefined;
  /** How far the row in sight moves when fifty older ones come, at the very top and 600 px below it. */
  jumpAtTopPx: number | undefined;
  jumpBelowTopPx: number | undefined;
}

const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 };
export const GIVE_UP_MS = 60_000;
/** For all figures of one list together. */
const MOST_MS = 3 * GIVE_UP_MS;
const SCROLL = { xDistance: 0, yDistance: 9_000, speed: 3_000, gestureSourceType: 'mouse', x: 195, y: 400 } as const;

/** Each in a browser of its own, which is ended by force if it has no time to answer. */
export async function measure(url: string, count: number): Promise<Measured> {
  const browser = await launch();
  const found: Measured = { ...nothing };
  try {
    const context = await browser.newContext(phone);
    const page = await context.newPage();
    await inTime(measureOn(page, await context.newCDPSession(page), url, count, found));
    return found;
  } finally {
    await Promise.race([browser.close(), wait(5_000)]);
  }
}

/** Fills in one figure after the other: what was found before it got stuck is kept. */
async function measureOn(page: Page, cdp: CDPSession, url: string, count: number, found: Measured): Promise<void> {
  await page.goto(url);
  await page.waitForFunction(() => 'stopwatch' in globalThis);
  await page.evaluate((many) => stopwatch.prepare(many), count);
  const before = await heapOf(cdp);
  const settled = await page.evaluate((giveUpMs) => stopwatch.settled(giveUpMs), GIVE_UP_MS);
  found.firstRowMs = settled.firstRowMs;
  found.settledMs = settled.settledMs;
  found.heapMiB = ((await heapOf(cdp)) - before) / 2 ** 20;
  found.domNodes = await nodesOf(cdp);
  const frames = await scrollFrames(page, cdp);
  found.worstFrameMs = frames && Math.max(...frames);
  found.fps = frames && (1000 * frames.length) / frames.reduce((sum, each) => sum + each, 0);
  found.jumpAtTopPx = await jump(page, 0);
  found.jumpBelowTopPx = await jump(page, 600);
}

const nothing: Measured = {
  firstRowMs: undefined,
  settledMs: undefined,
  heapMiB: undefined,
  domNodes: undefined,
  worstFrameMs: undefined,
  fps: undefined,
  jumpAtTopPx: undefined,
  jumpBelowTopPx: undefined,
};

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A page that has no time at all does not even say that it gave up. */
async function inTime(work: Promise<void>): Promise<void> {
  // When the browser is ended, this fails too.
  work.catch(() => undefined);
  await Promise.race([work, wait(MOST_MS)]);
}

async function heapOf(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  return (await cdp.send('Runtime.getHeapUsage')).usedSize;
}

async function nodesOf(cdp: CDPSession): Promise<number> {
  return (await cdp.send('Memory.getDOMCounters')).nodes;
}

async function scrollFrames(page: Page, cdp: CDPSession): Promise<number[] | undefined> {
  await page.evaluate(() => stopwatch.frames());
  const isOver = await Promise.race([
    cdp.send('Input.synthesizeScrollGesture', SCROLL).then(() => true),
    new Promise<false>((resolve) => setTimeout(() => resolve(false), GIVE_UP_MS)),
  ]);
  const frames = await page.evaluate(() => stopwatch.stop());
  // The first one began before the gesture.
  return isOver ? frames.slice(1) : undefined;
}

const jump = (page: Page, fromTop: number): Promise<number | undefined> =>
  page.evaluate(([top, giveUpMs]) => stopwatch.jump(top, giveUpMs), [fromTop, GIVE_UP_MS] as const);
