import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { must, npm } from './command.mjs';
import { installFromDebian } from './debian.mjs';
import { root, say } from './project.mjs';

/** The same list as in stories/browser/chromium.ts. */
const candidates = [
  process.env.CHROME_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const installed = () => candidates.find((path) => path && isExecutable(path));

async function fromDebian() {
  const fonts = ['fonts-noto-cjk', 'fonts-noto-color-emoji'];
  return (await installFromDebian('Chromium', ['chromium', ...fonts])) ? installed() : undefined;
}

/** Neither root nor apt: a headless Chromium that an npm package carries, with the libraries it needs. Linux only. */
async function fromNpm() {
  if (process.platform !== 'linux') return undefined;
  const folder = join(root, 'node_modules', '.cache', 'trialogue-chromium');
  const entry = join(folder, 'node_modules/@sparticuz/chromium/build/esm/index.js');
  if (!existsSync(entry)) {
    say('Getting a Chromium from npm …');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "name": "trialogue-chromium", "private": true }\n');
    await must(npm(['install', '--prefix', folder, '--no-audit', '--no-fund', '@sparticuz/chromium@147.0.0']));
  }
  // With this variable the package unpacks its own libraries and fonts, and points at them.
  process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs20.x';
  try {
    const { default: chromium } = await import(pathToFileURL(entry).href);
    return await chromium.executablePath();
  } finally {
    delete process.env.AWS_LAMBDA_JS_RUNTIME;
  }
}

/**
 * Sees to a Chromium for the browser stories and puts its path into `CHROME_PATH`:
 * the one that is there, else Debian's (as root), else one from npm. `BROWSER_FROM=npm` goes straight to the last.
 */
export async function ensureChromium() {
  const fromNpmOnly = process.env.BROWSER_FROM === 'npm';
  const path = (!fromNpmOnly && (installed() ?? (await fromDebian()))) || (await fromNpm());
  if (!path) throw new Error('no Chromium here: install one (on Debian: apt-get install chromium) or set CHROME_PATH');
  process.env.CHROME_PATH = path;
  return path;
}
