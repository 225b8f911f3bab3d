import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
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
  return { ...all, '/gallery': all['/index.html'] };
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

const hung = (page: Page) => page.locator('[data-gallery=ready]').waitFor();
const groupsOn = (page: Page): Promise<string[]> => page.locator('.groups a').allTextContents();

/** About as much as fits into a picture of 150 kB. */
const MOST_PIXELS = 1_900_000;
/** A list that grows with its window would grow for ever. */
const HIGHEST = 12_000;

test.runIf(process.env['GALLERY'])(
  'every component hangs in the gallery in all its states, as wide as the screen and no wider',
  async () => {
    const { page, context, complaints } = await person(browser, { viewport: { width: 1280, height: 800 } });
    await page.goto(`${site.origin}/gallery`);
    await hung(page);
    const groups = (await groupsOn(page)).map((name) => name.trim());
    expect(groups).toEqual(expect.arrayContaining(['MemberList', 'cards', 'components', 'groupConversation']));

    const tooWide: string[] = [];
    for (const group of groups) {
      await page.goto(`${site.origin}/gallery?in=${group}`);
      await hung(page);
      for (const width of widths) {
        await page.setViewportSize({ width, height: 800 });
        await page.waitForTimeout(300);
        const { widthPx, heightPx } = await page
          .locator('.page')
          .evaluate((it) => ({ widthPx: it.scrollWidth, heightPx: it.scrollHeight }));
        if (widthPx > width) tooWide.push(`${group} at ${width}: ${widthPx} px`);
        const wholePx = Math.min(HIGHEST, heightPx);
        await page.setViewportSize({ width, height: wholePx });
        for (const colorScheme of schemes) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          const sliceHeight = Math.floor(MOST_PIXELS / width);
          for (let y = 0, part = 1; y < wholePx; y += sliceHeight, part += 1) {
            await page.screenshot({
              path: `${pictures}/${group}-${width}-${colorScheme}${wholePx > sliceHeight ? `-${part}` : ''}.jpg`,
              type: 'jpeg',
              quality: 60,
              animations: 'disabled',
              timeout: 60_000,
              clip: { x: 0, y, width, height: Math.min(sliceHeight, wholePx - y) },
            });
          }
        }
      }
    }
    await context.close();
    expect(tooWide).toEqual([]);
    expect(complaints).toEqual([]);
  },
  240_000,
);
