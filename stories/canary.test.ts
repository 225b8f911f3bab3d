import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createLogger, readConfig, startNode } from '@trialogue/server';
import type { Bus } from '@trialogue/server/core';
import { lacksCluster, startCluster } from '@trialogue/testkit/servers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { listenToNats } from './canary/natsEar.ts';
import { talk } from './canary/talk.ts';
import { findCanaries, type Place } from './world/canaries.ts';

/** What the node says over its bus. */
const notices = vi.hoisted(() => [] as string[]);
vi.mock('../packages/server/src/bus/memory.ts', async (real) => {
  const { memoryBus } = await real<{ memoryBus: () => Bus }>();
  return {
    memoryBus() {
      const bus = memoryBus();
      bus.listen((notice) => void notices.push(JSON.stringify(notice)));
      return bus;
    },
  };
});

/** Everything that is written in a test lies below it: temporary files are put there, too. */
let folder: string;
const temporary = process.env['TMPDIR'];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trialogue-canary-'));
  // Some of it belongs to a database that runs as somebody else.
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, 'tmp'), { mode: 0o777 });
  chmodSync(join(folder, 'tmp'), 0o777);
  process.env['TMPDIR'] = join(folder, 'tmp');
});
afterEach(() => {
  if (temporary === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = temporary;
  rmSync(folder, { recursive: true, force: true });
});

const appSecret = randomBytes(32).toString('base64url');
const masterKey = randomBytes(32);
const settings = (dataDir: string) => ({
  PORT: '0',
  DATA_DIR: dataDir,
  APP_ID: 'shop',
  APP_SECRET: appSecret,
  MASTER_KEY: masterKey.toString('base64'),
  LOG_LEVEL: 'debug',
});

test('a conversation leaves no word, key, token or ticket in the database, the files, the logs or the bus (I37)', async () => {
  const logged: string[] = [];
  const node = await startNode(readConfig(settings(join(folder, 'data'))), {
    logger: createLogger('debug', { write: (line) => void logged.push(line) }),
  });
  const talked = await talk({ origin: node.origin, appSecret, masterKey });
  const whileItRuns = placesIn(folder);
  talked.leave();
  await node.close();

  // The places are the right ones: they hold what may be there.
  const names = whileItRuns.map(([name]) => name).join(' ');
  expect(names).toMatch(/\.db.*-wal/);
  expect(names).toContain(talked.fileId);
  expect(whileItRuns.some(([, bytes]) => bytes.includes(talked.groupId))).toBe(true);
  expect(notices.join('')).toContain('"kind":"key"');
  expect(logged.join('')).toContain('recallMsg');
  const said: Place[] = [
    ['the logs', Buffer.from(logged.join(''))],
    ['the bus', Buffer.from(notices.join('\n'))],
    ['what was answered', talked.answers],
  ];
  expect(findCanaries(talked.canaries, [...said, ...whileItRuns, ...placesIn(folder)])).toEqual([]);
});

test.skipIf(lacksCluster() !== undefined)(
  'nor with two nodes, in PostgreSQL, its log of changes, or on NATS (I37)',
  { timeout: 240_000 },
  async () => {
    const cluster = await startCluster(2, { LOG_LEVEL: 'debug', TMPDIR: join(folder, 'tmp') });
    try {
      const ear = await listenToNats(cluster.nats.url);
      const secrets = { appSecret: cluster.appSecret, masterKey: Buffer.from(cluster.masterKey, 'base64') };
      const talked = await talk({ origin: cluster.origin, ...secrets });
      const whileItRuns = placesIn(folder);
      // What was only in the log of changes is in the tables after that.
      await cluster.postgres.crash();
      await cluster.postgres.restart();
      const logs = cluster.nodes.map((node, at): Place => [`the log of node ${at}`, Buffer.from(node.said())]);
      const places: Place[] = [...whileItRuns, ...placesIn(folder), ...logs, ['the bus', ear.heard()]];
      talked.leave();
      ear.stop();

      const names = places.map(([name]) => name).join(' ');
      expect(names).toContain('/pg_wal/');
      expect(names).toContain(talked.fileId);
      const holding = places.filter(([, bytes]) => bytes.includes(talked.groupId)).map(([name]) => name);
      for (const place of [/\/pg_wal\//, /\/base\//, /the bus/]) expect(holding.join(' ')).toMatch(place);
      for (const [, log] of logs) expect(log.toString()).toContain('http: answered');
      const all: Place[] = [...places, ['what was answered', talked.answers]];
      expect(findCanaries(talked.canaries, all)).toEqual([]);
    } finally {
      await cluster.stop();
    }
  },
);

describe.runIf(process.platform === 'linux')('a server that crashes', () => {
  const main = fileURLToPath(new URL('../packages/server/src/main.ts', import.meta.url));
  /** Where this machine puts a dump; another program may take it, or another folder. */
  const pattern = process.platform === 'linux' ? readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim() : '';

  test('leaves no word, key, token or ticket in its core dump or anywhere else (I37)', async () => {
    // The shell lifts the limit that keeps most machines from dumping at all.
    const line = 'ulimit -c unlimited; exec "$0" "$@"';
    const args = ['-C', '@trialogue/source', '--import', import.meta.resolve('tsx'), main];
    const cwd = join(folder, 'cwd');
    mkdirSync(cwd);
    const node = spawn('/bin/sh', ['-c', line, process.execPath, ...args], {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', TMPDIR: join(folder, 'tmp'), ...settings(join(folder, 'data')) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [node.stdout, node.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
    try {
      const isUp = () => expect(said).toMatch(/listening on \S+/);
      await vi.waitFor(isUp, { timeout: 90_000, interval: 50 });
      const origin = /listening on (\S+)/.exec(said)?.[1] ?? '';
      const talked = await talk({ origin, appSecret, masterKey });
      expect(readFileSync(`/proc/${node.pid}/coredump_filter`, 'utf8').trim()).toBe('00000000');
      const gone = once(node, 'exit');
      node.kill('SIGABRT');
      expect(await gone).toEqual([null, 'SIGABRT']);
      talked.leave();

      const places = placesIn(folder);
      // Where dumps go to a place of the machine's own, the filter above is all that can be seen.
      if (/^core(\.%p)?$/.test(pattern)) expect(places.map(([name]) => name).join(' ')).toMatch(/\/cwd\/core/);
      const all: Place[] = [...places, ['what it said', Buffer.from(said)], ['what was answered', talked.answers]];
      expect(findCanaries(talked.canaries, all)).toEqual([]);
    } finally {
      node.kill('SIGKILL');
    }
  });
});

/** All files that are there; a database may take one away while we look. */
function placesIn(root: string): Place[] {
  return readdirSync(root, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((path) => {
      try {
        return [[path.slice(root.length), readFileSync(path)] satisfies Place];
      } catch {
        return [];
      }
    });
}
