import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { launch, person } from './chromium.ts';
import { startSite, type Site } from './site.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** `npm run gallery` puts them into docs/gallery. */
const pictures = resolve(root, process.env['GALLERY'] ?? '.artifacts/gallery');

/** Builds the pages with the gallery among them, and gives what was built, by path. */
async function built(): Promise<Record<string, Buffer>> {
  const folder = mkdtempSync(join(tmpdir(), 'trialogue-gallery-'));
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '--mode', 'gallery', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'];
  const building = spawn(process.execPath, args, {
    cwd: join(root, 'apps/web'),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = await once(building, 'exit');
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = paths.map(({ parentPath, name }) => join(parentPath, name));
  const all = Object.fromEntries(files.map((file) => [file.slice(folder.length), readFileSync(file)]));
  rmSync(folder, { recursive: true });
  if (code !== 0 || !all['/index.html']) throw new Error(`the gallery could not be built: vite ended with ${code}`);
  // Cards ask whose pages they need not warn of.
  const config = Buffer.from(JSON.stringify({ code: 0, msg: 'ok', data: { origins: [] } }));
  return { ...all, '/gallery': all['/index.html'], '/api/v1/config': config };
}

let site: Site;
let browser: Browser;
beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  site = await startSite(await built());
  browser = await launch();
}, 120_000);
afterAll(async () => {
  await browser.close();
  await site.close();
});

const widths = [360, 768, 1280] as const;
const schemes = ['light', 'dark'] as const;
/** About as much as fits into a picture of 150 kB; a screen that is much higher than wide is slow to draw. */
const MOST_PIXELS = 1_900_000;
const HIGHEST = 2_600;

/** The folders of what hangs there. `views/gallery/shown.ts` finds the same. */
const src = join(root, 'apps/web/src');
const groups = new Set(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.states.ts'))
    .map((path) => path.split(sep).at(-2) ?? ''),
);

/** All that is in sight hangs: what lies over a page hangs in a frame of its own. */
async function hung(page: Page): Promise<void> {
  await page.locator('[data-gallery=ready]').waitFor();
  await page.evaluate(() => document.fonts.ready);
  // Those that are far off have not begun.
  for (const frame of page
    .frames()
    .slice(1)
    .filter((each) => each.url().startsWith(site.origin)))
    await frame.locator('[data-gallery=ready]').waitFor();
  await page.waitForTimeout(200);
}

test.runIf(process.env['GALLERY']).for([...groups].sort())(
  'what is in %s hangs in the gallery in all its states, as wide as the screen and no wider',
  { timeout: 240_000 },
  async (group) => {
    const { page, context, complaints } = await person(browser, { viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(60_000);
    await page.goto(`${site.origin}/gallery?in=${group}`);
    const wall = page.locator('.page');
    for (const width of widths) {
      const height = Math.min(HIGHEST, Math.floor(MOST_PIXELS / width));
      await page.setViewportSize({ width, height });
      await hung(page);
      const whole = await wall.evaluate((it) => ({
        widthPx: it.scrollWidth,
        heightPx: Math.ceil((it.firstElementChild?.getBoundingClientRect().bottom ?? 0) + it.scrollTop) + 16,
      }));
      expect(whole.widthPx, `${group} at ${width}`).toBeLessThanOrEqual(width);
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        for (let y = 0, part = 1; y < whole.heightPx; y += height, part += 1) {
          const scrolled = await wall.evaluate((it, top) => ((it.scrollTop = top), it.scrollTop), y);
          await hung(page);
          const clip = { x: 0, y: y - scrolled, width, height: Math.min(height, whole.heightPx - y) };
          await page.screenshot({
            path: `${pictures}/${group}-${width}-${colorScheme}${whole.heightPx > height ? `-${part}` : ''}.jpg`,
            type: 'jpeg',
            quality: 40,
            animations: 'disabled',
            timeout: 60_000,
            clip,
          });
        }
      }
    }
    await context.close();
    expect(complaints).toEqual([]);
  },
);
