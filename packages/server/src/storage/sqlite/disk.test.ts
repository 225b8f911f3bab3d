import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ada, bo } from '@trialogue/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

import type { Place, Store } from '../../chat/ports.ts';
import { as, everything, newPlace, putCast, say } from '../storesUnderTest.ts';
import { openDatabase } from './database.ts';
import { openInProcess } from './inProcess.ts';
import { openThreads } from './threads.ts';

let folder: string;
let file: string;
const fatal: Error[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trialogue-disk-'));
  file = join(folder, 'chat.db');
  fatal.length = 0;
});

afterEach(() => rm(folder, { recursive: true }));

const open = () => openThreads(file, { onFatal: (cause) => fatal.push(cause) });

async function withPlace(store: Store): Promise<Place> {
  await putCast(store);
  return newPlace(store);
}

/** What the machine lets us do, or why it does not. */
function able(command: string, ...args: string[]): string | undefined {
  try {
    execFileSync(command, args, { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `${command}: ${(error as Error).message.split('\n')[0]}`;
  }
}

test('a real disk that is full: refused for now, read as ever, and written again once there is space (I31)', async ({
  skip,
}) => {
  const missing = able('mount', '-t', 'tmpfs', '-o', 'size=2m', 'none', folder);
  if (missing !== undefined) skip(`needs a file system of its own, which is for root: ${missing}`);
  try {
    const ballast = join(folder, 'ballast');
    await writeFile(ballast, Buffer.alloc(600_000));
    const store = await open();
    const place = await withPlace(store);
    const acks: string[] = [];
    /** Several at a time, until one is refused. */
    const fill = async () => {
      for (let n = 0; n < 2000; n++) {
        const texts = [ada, bo, ada].map((person, at) => ({
          person,
          text: `${acks.length} ${at} ${'x'.repeat(1500)}`,
        }));
        const sends = texts.map(({ person, text }) => say(store, place, person, text));
        const results = await Promise.allSettled(sends);
        results.forEach(({ status }, at) => status === 'fulfilled' && acks.push(texts[at]?.text ?? ''));
        const refused = results.find(({ status }) => status === 'rejected');
        if (refused?.status === 'rejected') return refused.reason as unknown;
      }
      return 'never full';
    };
    const stored = async () => (await everything(store, place)).map(({ content }) => content);

    expect(await fill()).toMatchObject({ refusal: 'storage.full', retry: 'later' });
    expect(acks.length).toBeGreaterThan(50);
    expect(await stored()).toEqual(acks);
    await expect(say(store, place, ada, 'x'.repeat(100_000))).rejects.toMatchObject({ refusal: 'storage.full' });

    await rm(ballast);
    const before = acks.length;
    expect(await fill()).toMatchObject({ refusal: 'storage.full' });
    expect(acks.length).toBeGreaterThan(before + 50);
    expect(await stored()).toEqual(acks);
    expect(fatal).toEqual([]);
    await store.close();

    const again = await open();
    const log = await everything(again, place);
    expect(log.map(({ content }) => content)).toEqual(acks);
    expect(log.map(({ seq }) => seq)).toEqual(acks.map((_, at) => at + 1));
    await again.close();
  } finally {
    execFileSync('umount', ['--lazy', folder]);
  }
}, 60_000);

test('a disk that fails to sync: not one ack after it, the process ends within a second and says why (I32)', async ({
  skip,
}) => {
  const missing = able('strace', '-f', '-o', '/dev/null', '-e', 'inject=fsync:error=EIO', 'true');
  if (missing !== undefined) skip(`needs a way to make fsync fail: ${missing}`);
  const first = await openInProcess(file);
  const place = await withPlace(first);
  await first.close();

  const trace = join(folder, 'trace');
  const writer = [fileURLToPath(new URL('./crashWriter.ts', import.meta.url)), file, 'alone'];
  const child = spawn(
    'strace',
    ['-f', '-ttt', '-s', '200', '-o', trace]
      .concat(['-e', 'trace=fdatasync,fsync,write,exit_group', '-e', 'inject=fdatasync,fsync:error=EIO:when=40+'])
      .concat([process.execPath, '--import', 'tsx', '-C', '@trialogue/source', ...writer]),
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  let complained = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text));
  const code = await new Promise((resolve) => child.on('close', resolve));
  const acks = said.split('\n').filter((line) => line.startsWith('tea-'));
  expect(code).toBe(1);
  expect(complained).toMatch(/disk I\/O error/);
  expect(acks.length).toBeGreaterThan(5);

  const lines = (await readFile(trace, 'utf8')).split('\n').filter(Boolean);
  const failed = lines.findIndex((line) => line.includes('EIO'));
  expect(failed).toBeGreaterThan(0);
  expect(lines.slice(failed).filter((line) => line.includes('write(1, "tea-'))).toEqual([]);
  const timeOf = (line = '') => Number(/^\d+ +(\d+\.\d+)/.exec(line)?.[1]);
  const ended = lines.findLast((line) => line.includes('exit_group(1)'));
  expect(timeOf(ended) - timeOf(lines[failed])).toBeLessThan(1);

  const again = await open();
  const stored = (await everything(again, place)).map(({ seq, clientMsgId }) => `${place.dlgId} ${seq} ${clientMsgId}`);
  expect(stored.slice(0, acks.length)).toEqual(acks);
  expect(await say(again, place, ada, 'and on')).toMatchObject({ seq: stored.length + 1 });
  await again.close();
}, 60_000);

test('settings are read back from the file itself: one without its log is not served (I33)', async () => {
  const plain = openDatabase(file);
  await plain.query(`PRAGMA journal_mode = delete`);
  plain.close();
  expect(() => openDatabase(file, { readOnly: true })).toThrow(
    /chat\.db cannot be opened: PRAGMA journal_mode is delete and must be wal/,
  );
});

test('every opening syncs fully, not only the first (I8, I33)', async () => {
  for (let times = 0; times < 3; times++) {
    const db = openDatabase(file);
    expect(await db.query(`PRAGMA synchronous`)).toEqual([{ synchronous: 2 }]);
    await db.query(`CREATE TABLE IF NOT EXISTS a (x TEXT)`);
    db.close();
  }
});

test('writes that wait are as many as they may be, and the next is refused for now; reading goes on (I24)', async () => {
  const MOST = 10_000;
  let length = () => Number.NaN;
  const store = await openThreads(file, {
    onFatal: (cause) => fatal.push(cause),
    onQueue: (reads) => (length = reads),
  });
  const place = await withPlace(store);
  expect(length()).toBe(0);
  const other = openDatabase(file);
  other.exec('BEGIN IMMEDIATE');
  const waiting = Array.from({ length: MOST }, () => store.ping());
  expect(length()).toBe(MOST);
  await expect(say(store, place, ada, 'one too many')).rejects.toMatchObject({
    refusal: 'storage.unavailable',
    retry: 'later',
  });
  expect(await store.readPage(as(ada), place.dlgId, { limit: 1 })).toMatchObject({ head: 0 });
  other.exec('ROLLBACK');
  await Promise.all(waiting);
  expect(length()).toBe(0);
  expect(await say(store, place, ada, 'now there is room')).toMatchObject({ seq: 1 });
  other.close();
  await store.close();
  expect(fatal).toEqual([]);
});

test('what is told of commits: how many calls each had, and how long it took', async () => {
  const commits: { calls: number; seconds: number }[] = [];
  const store = await openThreads(file, { onFatal: (cause) => fatal.push(cause), onCommit: (c) => commits.push(c) });
  const place = await withPlace(store);
  const before = commits.reduce((sum, { calls }) => sum + calls, 0);
  await Promise.all(Array.from({ length: 100 }, () => say(store, place, ada, 'x')));
  expect(commits.reduce((sum, { calls }) => sum + calls, 0) - before).toBe(100);
  expect(commits.length).toBeLessThan(100);
  expect(commits.every(({ seconds }) => seconds > 0)).toBe(true);
  await store.close();
});
