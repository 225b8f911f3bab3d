import type { Browser, CDPSession, Page } from 'playwright-core';

/** What `apps/web/dev/list/watch.ts` puts into the page. */
declare const stopwatch: {
  prepare(count: number): void;
  settled(giveUpMs: number): Promise<number | undefined>;
  frames(): void;
  stop(): number[];
  jump(fromTop: number, giveUpMs: number): Promise<number | undefined>;
};

/** What one list did with so many messages. Times in ms; undefined where it did not come to an end. */
export interface Measured {
  /** From the mount until the newest message is drawn at the bottom and nothing moves any more. */
  settledMs: number | undefined;
  /** JavaScript heap beyond what the messages themselves take. */
  heapMiB: number | undefined;
  domNodes: number;
  /** During a scroll of 9,000 px in 3 s. */
  worstFrameMs: number | undefined;
  fps: number | undefined;
  /** How far the row in sight moves when fifty older ones come, at the very top and 600 px below it. */
  jumpAtTopPx: number | undefined;
  jumpBelowTopPx: number | undefined;
}

const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 };
const GIVE_UP_MS = 60_000;
const SCROLL = { xDistance: 0, yDistance: 9_000, speed: 3_000, gestureSourceType: 'mouse', x: 195, y: 400 } as const;

export async function measure(browser: Browser, url: string, count: number): Promise<Measured> {
  const context = await browser.newContext(phone);
  const page = await context.newPage();
  page.setDefaultTimeout(2 * GIVE_UP_MS);
  try {
    await page.goto(url);
    await page.waitForFunction(() => 'stopwatch' in globalThis);
    const cdp = await context.newCDPSession(page);
    await page.evaluate((many) => stopwatch.prepare(many), count);
    const before = await heapOf(cdp);
    const settledMs = await page.evaluate((giveUpMs) => stopwatch.settled(giveUpMs), GIVE_UP_MS);
    if (settledMs === undefined) return { ...nothing, domNodes: await nodesOf(cdp) };
    const heapMiB = ((await heapOf(cdp)) - before) / 2 ** 20;
    const domNodes = await nodesOf(cdp);
    const frames = await scrollFrames(page, cdp);
    return {
      settledMs,
      heapMiB,
      domNodes,
      worstFrameMs: frames && Math.max(...frames),
      fps: frames && (1000 * frames.length) / frames.reduce((sum, each) => sum + each, 0),
      jumpAtTopPx: await jump(page, 0),
      jumpBelowTopPx: await jump(page, 600),
    };
  } finally {
    await context.close();
  }
}

const nothing: Measured = {
  settledMs: undefined,
  heapMiB: undefined,
  domNodes: 0,
  worstFrameMs: undefined,
  fps: undefined,
  jumpAtTopPx: undefined,
  jumpBelowTopPx: undefined,
};

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
