import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

// Each starts a process that compiles its sources.
vi.setConfig({ testTimeout: 60_000 });

let dir: string;
let running: ChildProcess | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'trialogue-main-'));
});
afterEach(() => {
  running?.kill('SIGKILL');
  running = undefined;
  rmSync(dir, { recursive: true, force: true });
});

interface Run {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  exit: Promise<number | null>;
}

/** The server as an operator starts it, from its sources. */
function run(env: Record<string, string>, ...args: string[]): Run {
  const child = spawn(process.execPath, ['-C', '@trialogue/source', '--import', 'tsx', main, ...args], {
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', DATA_DIR: join(dir, 'data'), ...env },
  });
  running = child;
  const heard = { out: '', err: '' };
  child.stdout.on('data', (bytes) => (heard.out += String(bytes)));
  child.stderr.on('data', (bytes) => (heard.err += String(bytes)));
  const exit = once(child, 'close').then(([code]) => code as number | null);
  return { child, out: () => heard.out, err: () => heard.err, exit };
}

async function listening({ out, err, exit }: Run): Promise<string> {
  for (;;) {
    const origin = /listening on (\S+)\n/.exec(out())?.[1];
    if (origin !== undefined) return origin;
    const ended = await Promise.race([exit, new Promise<'wait'>((resolve) => setTimeout(resolve, 20, 'wait'))]);
    if (ended !== 'wait') throw new Error(`it ended with ${ended}: ${err()}`);
  }
}

test('new-log-epoch: of a database that is there, once the operator says so (I18)', async () => {
  const first = run({});
  await listening(first);
  first.child.kill('SIGTERM');
  expect(await first.exit).toBe(0);
  const { exit, out } = run({}, 'new-log-epoch');
  expect(await exit).toBe(0);
  expect(out()).toMatch(/^Every conversation has a new logEpoch: [0-9a-f]{16}\. /);
});

test('new-log-epoch without a database makes none and says where it looked; no other command is known', async () => {
  const nowhere = run({}, 'new-log-epoch');
  expect(await nowhere.exit).toBe(1);
  expect(nowhere.err()).toMatch(/^There is no database \S+trialogue\.db\. Expected: DATA_DIR of the server\.\n$/);
  expect(() => statSync(join(dir, 'data'))).toThrow('ENOENT');
  const other = run({}, 'new-log-epochs');
  expect(await other.exit).toBe(1);
  expect(other.err()).toMatch(/no command "new-log-epochs"\. Expected: none \(serves\), new-log-epoch, .*rewrap/);
});

// Five processes, one after the other.
test(
  'one more app while the server runs, and then a new master key, under which all of it works as before',
  { timeout: 240_000 },
  async () => {
    const older = randomBytes(32).toString('base64');
    const newer = randomBytes(32).toString('base64');
    const server = run({ MASTER_KEY: older });
    const origin = await listening(server);
    const create = run({ MASTER_KEY: older }, 'app', 'create', 'coffee', '--origins', 'https://coffee.test');
    expect(await create.exit).toBe(0);
    const secret = create.out().trim().split('\n').at(-1) ?? '';
    const putUser = (at: string) =>
      fetch(`${at}/platform/v1/users/bea`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        body: '{"name":"Bea","urole":"user"}',
      });
    expect((await putUser(origin)).status).toBe(200);
    server.child.kill('SIGTERM');
    await server.exit;

    const wrong = run({ MASTER_KEY: newer }, 'app', 'create', 'milk');
    expect(await wrong.exit).toBe(1);
    expect(wrong.err()).toMatch(/^MASTER_KEY is not the one that the data was made with/);
    const rewrap = run({ MASTER_KEY: newer, MASTER_KEY_OLDER: older }, 'rewrap');
    expect(await rewrap.exit).toBe(0);
    expect(rewrap.out()).toMatch(/^2 secrets are under the master key [0-9a-f]{16} now\./);
    const again = run({ MASTER_KEY: newer });
    expect((await putUser(await listening(again))).status).toBe(200);
  },
);

test('wrong settings: it says all of them, in words, and ends with code 1', async () => {
  const { exit, err, out } = run({ PORT: 'eighty', APP_SECRET: 'short', NATS_URL: 'nats://x' });
  expect(await exit).toBe(1);
  expect(err().trimEnd().split('\n')).toEqual([
    'The server cannot start with these settings:',
    expect.stringContaining('PORT is "eighty"'),
    expect.stringContaining('NATS_URL is given'),
    expect.stringContaining('APP_SECRET has 5 characters'),
  ]);
  expect(err()).not.toMatch(/\.ts:\d+/);
  expect(out()).toBe('');
});

test.runIf(process.platform === 'linux').each([
  [{}, 'app-id cannot be used: the folder /proc/trialogue cannot be made (ENOENT)'],
  [
    {
      APP_ID: 'shop',
      APP_SECRET: randomBytes(32).toString('base64url'),
      MASTER_KEY: randomBytes(32).toString('base64'),
    },
    'DATA_DIR is "/proc/trialogue", but the folder /proc/trialogue cannot be made (ENOENT). Expected: a folder that',
  ],
])('a DATA_DIR where nothing can be made is said, and not tried for ever', async (env, says) => {
  const { exit, err } = run({ DATA_DIR: '/proc/trialogue', ...env });
  expect(await exit).toBe(1);
  expect(err()).toContain(says);
  expect(err()).not.toMatch(/\.ts:\d+/);
});

describe('a server', () => {
  test('prints where it listens; in the demo three links, the desk, the app’s id and secret', async () => {
    const server = run({ DEMO: '1' });
    const origin = await listening(server);
    expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(server.out().match(/listening on/g)).toHaveLength(1);
    while (!server.out().includes('App secret\n')) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const userId of ['ada', 'bo', 'cy']) {
      expect(server.out()).toContain(`${origin}/groupConversation?groupId=tea&userId=${userId}#ticket=`);
    }
    expect(server.out()).toContain(`${origin}/test.html`);
    expect(server.out()).toContain(`${origin}/workbench`);
    expect(server.out()).toContain('App id\n    shop\n');
    expect(statSync(join(dir, 'data/trialogue.db')).mode & 0o077).toBe(0);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('goes with code 0 when asked by %s', async (signal) => {
    const server = run({});
    await listening(server);
    server.child.kill(signal);
    expect(await server.exit).toBe(0);
    expect(server.err()).toContain('"draining"');
    expect(server.out()).not.toContain('secret');
  });

  test('says so when its port is taken', async () => {
    const first = run({});
    const { port } = new URL(await listening(first));
    const second = run({ PORT: port, DATA_DIR: join(dir, 'second') });
    expect(await second.exit).toBe(1);
    expect(second.err()).toMatch(/^PORT is taken by another program/);
    first.child.kill('SIGKILL');
    await first.exit;
  });
});
