import { mkdtemp, open as openFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ada } from '@trialogue/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { newPlace, putCast, say } from '../storesUnderTest.ts';
import { checkFile } from './checking.ts';
import { openDatabase } from './database.ts';
import { openInProcess } from './inProcess.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trialogue-check-'));
  file = join(folder, 'chat.db');
  const store = await openInProcess(file);
  await putCast(store);
  const place = await newPlace(store);
  for (let n = 0; n < 100; n++) await say(store, place, ada, `${n} `.repeat(1000));
  await store.close();
});

afterEach(() => rm(folder, { recursive: true }));

/** As if the file were large. The clock moves by a millisecond whenever it is looked at. */
async function checkAsLarge(budgetMs: number): Promise<string | undefined> {
  const db = openDatabase(file);
  let time = 0;
  try {
    return await checkFile(file, db, { wholeBytes: 0, budgetMs, now: () => time++ });
  } finally {
    db.close();
  }
}

/** Fills with rubbish the page that holds a text, which the newest message or the oldest one does. */
async function damage(holding: string): Promise<void> {
  const handle = await openFile(file, 'r+');
  const bytes = await handle.readFile();
  const at = bytes.indexOf(holding);
  expect(at).toBeGreaterThan(0);
  const page = Math.floor(at / 4096) * 4096;
  await handle.write(Buffer.alloc(4096, 0xff), 0, 4096, page);
  await handle.close();
}

test('a small file is read whole, and there is nothing to say', async () => {
  const db = openDatabase(file);
  expect(await checkFile(file, db)).toBeUndefined();
  db.close();
});

test('of a large one it is said how much of it was read', async () => {
  expect(await checkAsLarge(1000)).toMatch(
    /chat\.db has 1 MiB, and was not checked whole: (\d+) of \1 other tables and the newest 100 messages are sound/,
  );
});

test('a large one is read for as long as the time allows, and no longer', async () => {
  expect(await checkAsLarge(3)).toMatch(/ 2 of \d+ other tables and the newest 0 messages/);
  expect(await checkAsLarge(0)).toMatch(/ 0 of \d+ other tables and the newest 0 messages/);
});

test.for([
  ['a table of a large file', 'tea-'],
  ['a message of a large file', '99 99 99 '],
] as const)('damage in %s stops the start (I33)', async ([, holding]) => {
  await damage(holding);
  await expect(checkAsLarge(1000)).rejects.toThrow(/chat\.db (is damaged|cannot be opened)/);
});
