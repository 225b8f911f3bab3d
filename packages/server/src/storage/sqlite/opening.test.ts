import { mkdtemp, open as openFile, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ada, shop } from '@trialogue/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Store } from '../../chat/ports.ts';
import { migrate } from '../migrations/migrate.ts';
import { as, newPlace, putCast, say } from '../storesUnderTest.ts';
import { openDatabase } from './database.ts';
import { atomicallyOn } from './groupCommit.ts';
import { openInProcess } from './inProcess.ts';
import { openThreads } from './threads.ts';

let folder: string;
let file: string;
const fatal: Error[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trialogue-open-'));
  file = join(folder, 'chat.db');
  fatal.length = 0;
});

afterEach(() => rm(folder, { recursive: true }));

const ways: [string, () => Promise<Store>][] = [
  ['in process', () => openInProcess(file)],
  ['in threads', () => openThreads(file, { onFatal: (cause) => fatal.push(cause) })],
];

describe.for(ways)('a file opened %s', ([, open]) => {
  test('keeps what was in it when it is opened again, however often', async () => {
    const first = await open();
    await putCast(first);
    const place = await newPlace(first);
    await say(first, place, ada, 'hello');
    await first.close();
    for (let times = 0; times < 2; times++) {
      const again = await open();
      expect(await again.messagesAfter(place, 0, 10)).toMatchObject([{ seq: 1, content: 'hello' }]);
      expect(await again.listApps()).toMatchObject([{ appId: shop }]);
      await again.close();
    }
    expect(fatal).toEqual([]);
  });

  test('is refused when a newer server wrote it', async () => {
    await (await open()).close();
    const db = openDatabase(file);
    await db.query('INSERT INTO schema_versions (version) VALUES (99)');
    db.close();
    await expect(open()).rejects.toThrow(/schema version 99.*knows versions up to \d+.*newer server/);
  });

  test('is refused when it is no database (I33)', async () => {
    await writeFile(file, 'This is a letter. '.repeat(500));
    await expect(open()).rejects.toThrow(/chat\.db cannot be opened: file is not a database/);
    expect(fatal).toEqual([]);
  });

  test('is refused when it is damaged (I33)', async () => {
    const first = await open();
    await putCast(first);
    const place = await newPlace(first);
    for (let n = 0; n < 30; n++) await say(first, place, ada, 'x'.repeat(2000));
    await first.close();
    const bytes = await readFile(file);
    bytes.fill(0xff, 4096 * 5, 4096 * 12);
    await writeFile(file, bytes);
    await expect(open()).rejects.toThrow(/chat\.db (is damaged|cannot be opened)/);
  });

  test('is refused when its folder is missing, with the name of the file', async () => {
    file = join(folder, 'nowhere', 'chat.db');
    await expect(open()).rejects.toThrow(/chat\.db cannot be opened/);
  });
});

test('migrations run in their order, each once, and doing it again changes nothing', async () => {
  const db = openDatabase(file);
  const run = (migrations: string[][]) => migrate({ atomically: (work) => atomicallyOn(db, work) }, migrations);
  const first = ['CREATE TABLE a (x TEXT)'];
  const second = ['ALTER TABLE a ADD COLUMN y TEXT', `INSERT INTO a (x, y) VALUES ('1', '2')`];
  await run([first]);
  await run([first, second]);
  await run([first, second]);
  expect(await db.query('SELECT * FROM a')).toEqual([{ x: '1', y: '2' }]);
  await expect(run([first, second, ['INSERT INTO a (x) VALUES (3)', 'nonsense']])).rejects.toThrow();
  expect(await db.query('SELECT max(version) AS version FROM schema_versions')).toEqual([{ version: 2 }]);
  expect(await db.query('SELECT count(*) AS rows FROM a')).toEqual([{ rows: 1 }]);
  db.close();
});

test('a disk that fails while the server runs: the process is told, and nothing is answered any more (I32)', async () => {
  const first = await openInProcess(file);
  await putCast(first);
  const place = await newPlace(first);
  for (let n = 0; n < 30; n++) await say(first, place, ada, 'x'.repeat(2000));
  await first.close();
  const store = await openThreads(file, { onFatal: (cause) => fatal.push(cause) });
  const handle = await openFile(file, 'r+');
  for (let page = 1; page < 60; page++) await handle.write(Buffer.alloc(4096, 0xff), 0, 4096, page * 4096);
  await handle.close();
  await expect(store.readPage(as(ada), place.dlgId, { limit: 50 })).rejects.toMatchObject({ name: 'OutcomeUnknown' });
  expect(fatal).toHaveLength(1);
  await expect(store.readPage(as(ada), place.dlgId, { limit: 50 })).rejects.toMatchObject({
    refusal: 'storage.unavailable',
  });
  await expect(say(store, place, ada, 'after')).rejects.toMatchObject({ refusal: 'storage.unavailable' });
  await store.close();
});
