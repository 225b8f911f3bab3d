import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';

import type { Viewer } from './viewer.ts';

/**
 * Pages in WebKitGTK, driven over WebDriver (https://www.w3.org/TR/webdriver2/) by its own driver, on a screen that
 * nobody sees. Both are Debian's: `webkit2gtk-driver`, `xvfb`.
 */
export interface Webkit {
  viewer: Viewer;
  close(): Promise<void>;
}

const START_MS = 20_000;
/** The name by which WebDriver hands over an element (§12). */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

const isInstalled = (command: string, arg: string): boolean => spawnSync(command, [arg]).error === undefined;

export const isWebkitHere = (): boolean => isInstalled('WebKitWebDriver', '--help') && isInstalled('Xvfb', '-help');

export async function launchWebkit({ width, height }: { width: number; height: number }): Promise<Webkit> {
  const started: ChildProcess[] = [];
  const end = async () => {
    for (const child of started.reverse()) await ended(child);
  };
  try {
    const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    started.push(screen);
    const display = await firstLine(screen);
    const port = await freePort();
    const driver = spawn('WebKitWebDriver', [`--port=${port}`], {
      env: {
        ...process.env,
        DISPLAY: `:${display}`,
        GDK_BACKEND: 'x11',
        LANG: 'zh_CN.UTF-8',
        LANGUAGE: 'zh_CN',
        // Its sandbox needs more rights than a container has; it sees no page but ours.
        WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
        // No graphics card: draw in one process.
        WEBKIT_DISABLE_COMPOSITING_MODE: '1',
      },
      stdio: 'ignore',
    });
    started.push(driver);
    const session = await openSession(`http://127.0.0.1:${port}`);
    await session.ask('POST', '/window/rect', { width, height });
    return {
      viewer: session.viewer,
      async close() {
        await session.ask('DELETE', '');
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function openSession(driver: string) {
  const deadline = Date.now() + START_MS;
  const capabilities = { alwaysMatch: { timeouts: { script: 170_000, pageLoad: 60_000 } } };
  let id = '';
  while (id === '') {
    try {
      ({ sessionId: id } = await command<{ sessionId: string }>('POST', `${driver}/session`, { capabilities }));
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  const ask = <T>(method: string, path: string, body?: object) =>
    command<T>(method, `${driver}/session/${id}${path}`, body);
  const element = async (selector: string): Promise<string> => {
    const found = await ask<Record<string, string>>('POST', '/element', { using: 'css selector', value: selector });
    return `/element/${found[ELEMENT]}`;
  };
  const viewer: Viewer = {
    go: (url) => ask('POST', '/url', { url }),
    async run<Given extends unknown[], Result>(
      work: (...given: Given) => Result | Promise<Result>,
      ...args: Given
    ): Promise<Result> {
      const script = `const given = [...arguments], tell = given.pop();
        Promise.resolve().then(() => (${work.toString()})(...given))
          .then((value) => tell({ value }), (error) => tell({ error: String(error) }));`;
      const answer = await ask<{ value: Result; error?: string }>('POST', '/execute/async', { script, args });
      if (answer.error !== undefined) throw new Error(`in the page: ${answer.error}`);
      return answer.value;
    },
    type: async (selector, text) => void (await ask('POST', `${await element(selector)}/value`, { text })),
    click: async (selector) => void (await ask('POST', `${await element(selector)}/click`, {})),
  };
  return { ask, viewer };
}

async function command<T>(method: string, url: string, body?: object): Promise<T> {
  const answer = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = (await answer.json()) as { value: T & { error?: string; message?: string } };
  if (!answer.ok) throw new Error(`WebDriver, ${method} ${new URL(url).pathname}: ${value.error}, ${value.message}`);
  return value;
}

/** Xvfb takes a display that is free, and says which. */
function firstLine(screen: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    screen.stdio[3]?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    screen.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}, and gave no display`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill();
  });
}
