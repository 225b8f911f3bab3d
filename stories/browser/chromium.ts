import { accessSync, constants } from 'node:fs';

import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';

const candidates = [
  process.env['CHROME_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The browser that is there; `npm test` has put one there. */
export function launch(): Promise<Browser> {
  const executablePath = candidates.find((path) => path !== undefined && isExecutable(path));
  if (executablePath === undefined) throw new Error('no Chromium found: run `npm test`, or set CHROME_PATH');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // A microphone that beeps, and somebody who allows it.
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
    ],
  });
}

export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
export const desktop = { viewport: { width: 1280, height: 800 } };

/** A browser of one person: own storage, own cookies. Whatever its pages complain about is kept. */
export interface Person {
  page: Page;
  context: BrowserContext;
  complaints: string[];
}

export async function person(browser: Browser, how: BrowserContextOptions = phone): Promise<Person> {
  const context = await browser.newContext({ locale: 'zh-CN', ...how });
  const complaints: string[] = [];
  context.on('weberror', (error) => complaints.push(String(error.error())));
  // What a policy forbids is told as an error in the console.
  context.on('console', (line) => {
    if (line.type() === 'error') complaints.push(line.text());
  });
  return { page: await context.newPage(), context, complaints };
}
