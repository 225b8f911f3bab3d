import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ada, bo } from '@trialogue/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Place, Store } from '../../chat/ports.ts';
import { as, newPlace, putCast, say } from '../storesUnderTest.ts';
import { openDatabase } from './database.ts';
import { highWaterOf } from './highWater.ts';
import { openInProcess } from './inProcess.ts';
import { newLogEpoch } from './newLogEpoch.ts';
import { openThreads } from './threads.ts';

let folder: string;
let file: string;
let place: Place;
const warnings: string[] = [];

const onWarning = (what: string) => void warnings.push(what);
const open = () => openInProcess(file, onWarning);
const inThreads = (more: { noteEveryMs?: number } = {}) =>
  openThreads(file, { onFatal: (cause) => warnings.push(`fatal: ${cause.message}`), onWarning }, more);
const noted = async () => (JSON.parse(await readFile(`${file}-high-water`, 'utf8')) as { messages: number }).messages;

const epochOf = async (store: Store) => (await store.readPage(as(ada), place.dlgId, { limit: 1 })).logEpoch;
/** Opens, does something, closes, and answers the epoch of the log as it was at the end. */
async function during(work: (store: Store) => Promise<unknown> = async () => {}): Promise<string> {
  const store = await open();
  await work(store);
  const logEpoch = await epochOf(store);
  await store.close();
  return logEpoch;
}
const says = (text: string) => (store: Store) => say(store, place, ada, text);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trialogue-backup-'));
  file = join(folder, 'chat.db');
  warnings.length = 0;
  const first = await open();
  await putCast(first);
  place = await newPlace(first);
  await say(first, place, bo, 'one');
  await first.close();
});

afterEach(() => rm(folder, { recursive: true }));

const backup = () => copyFile(file, `${file}.backup`);
const restore = () => copyFile(`${file}.backup`, file);
const older = /chat\.db has 2 messages less than it had: it was restored from an older copy.*new logEpoch/;

describe('a start after', () => {
  test('a crash in the middle of destroying a conversation goes on with it, and knows the log again (I18)', async () => {
    let other = place;
    const logEpoch = await during(async (store) => {
      other = await newPlace(store);
      for (let nth = 0; nth < 300; nth++) await say(store, other, ada, `message ${nth}`);
    });
    const had = await readFile(`${file}-high-water`);
    const crash = () => writeFile(`${file}-high-water`, had);
    await during(async (store) => {
      await store.shredConversation(other);
      expect(await store.dropShredded()).toBe(200);
    });
    await crash();
    const steps: number[] = [];
    expect(
      await during(async (store) => {
        while (steps.at(-1) !== 0) steps.push(await store.dropShredded());
      }),
    ).toBe(logEpoch);
    await crash();
    expect(await during()).toBe(logEpoch);
    expect({ steps, warnings }).toEqual({ steps: [100, 1, 0], warnings: [] });
  });

  test('a stop knows the log again, however often, whatever was said and dropped (I18)', async () => {
    const logEpoch = await during();
    expect(await during(says('two'))).toBe(logEpoch);
    expect(await during((store) => store.dropMessages(5000, 5000))).toBe(logEpoch);
    expect(await during(says('three'))).toBe(logEpoch);
    expect(warnings).toEqual([]);
  });

  test('a restored backup gives every conversation a new epoch, and says so (I18, R16)', async () => {
    const before = await during();
    await backup();
    await during(async (store) => {
      await says('two')(store);
      await says('three')(store);
    });
    await restore();
    const after = await during();
    expect(after).not.toBe(before);
    expect(warnings).toEqual([expect.stringMatching(older)]);
    expect(warnings[0]).toContain(after);
    expect(await during()).toBe(after);
    expect(warnings).toHaveLength(1);
  });

  test('a restored backup that had lost nothing is the same log (I18)', async () => {
    const before = await during(says('two'));
    await backup();
    await during(async (store) => {
      await store.raiseMarks(as(bo), place.dlgId, { readSeq: 1 });
      await store.dropMessages(5000, 5000);
    });
    await restore();
    expect(await during()).toBe(before);
    expect(warnings).toEqual([]);
  });

  test('the same backup twice is two new epochs: what was said in between is lost once more (I18)', async () => {
    await backup();
    await during(says('two'));
    const epochs = new Set<string>([await during()]);
    for (let time = 0; time < 2; time++) {
      await restore();
      epochs.add(await during(says('another two')));
    }
    expect(epochs.size).toBe(3);
  });

  test('the database that was replaced has come back, longer than the one in between: a new epoch again (I18)', async () => {
    await backup();
    await during(async (store) => {
      for (const text of ['two', 'three', 'four']) await says(text)(store);
    });
    await copyFile(file, `${file}.long`);
    await restore();
    const between = await during();
    await copyFile(`${file}.long`, file);
    const after = await during();
    expect(after).not.toBe(between);
    expect(warnings.at(-1)).toMatch(/is another than the one that was here/);
  });

  test('a crash knows the log again: the note is never ahead of the disk (I18)', async () => {
    const store = await open();
    for (let n = 0; n < 20; n++) await say(store, place, ada, `${n}`);
    const logEpoch = await epochOf(store);
    const copies = [file, `${file}-wal`, `${file}-high-water`].map((name) =>
      copyFile(name, name.replace('chat', 'crashed')),
    );
    await Promise.all(copies);
    await store.close();
    file = join(folder, 'crashed.db');
    expect(await during()).toBe(logEpoch);
    expect(warnings).toEqual([]);
  });

  test('the note was lost or is new: nothing can be told, and nothing is changed', async () => {
    const before = await during();
    await rm(`${file}-high-water`);
    expect(await during()).toBe(before);
    expect(warnings).toEqual([]);
    expect(await noted()).toBe(1);
  });

  test.for(['{', '{}', 'null', ''])('the note holds %j: it is said, and what to do', async (text) => {
    const before = await during();
    await writeFile(`${file}-high-water`, text);
    expect(await during()).toBe(before);
    expect(warnings).toEqual([expect.stringMatching(/chat\.db-high-water cannot be read .*main\.js new-log-epoch/)]);
    expect(await noted()).toBe(1);
  });
});

test('a server in threads tells as well, at its start (I18, R16)', async () => {
  const before = await during();
  await backup();
  await during(async (store) => {
    await says('two')(store);
    await says('three')(store);
  });
  await restore();
  const store = await inThreads();
  expect(await epochOf(store)).not.toBe(before);
  await store.close();
  expect(warnings).toEqual([expect.stringMatching(older)]);
});

test('while it runs, a server notes now and then how far the log has come, and once more when it stops', async () => {
  const store = await inThreads({ noteEveryMs: 5 });
  for (let n = 0; n < 7; n++) await say(store, place, ada, `${n}`);
  await expect.poll(noted, { timeout: 20_000 }).toBe(8);
  await store.close();
  const again = await inThreads();
  await say(again, place, ada, 'one more');
  expect(await noted()).toBe(8);
  await again.close();
  expect(await noted()).toBe(9);
});

test('the operator says that an older copy was restored: every conversation has a new epoch, and keeps it (I18)', async () => {
  const before = await during();
  const told = await newLogEpoch(file);
  expect(await during()).toBe(told);
  expect(told).not.toBe(before);
  expect(await newLogEpoch(file)).not.toBe(told);
  expect(warnings).toEqual([]);
});

test('where there is no database, none is made', async () => {
  await expect(newLogEpoch(join(folder, 'nowhere.db'))).rejects.toThrow(/no database .*nowhere\.db.*DATA_DIR/);
  await expect(readFile(join(folder, 'nowhere.db'))).rejects.toThrow('ENOENT');
});

test('the heads of many conversations are added up in steps, each message once', async () => {
  const store = await openInProcess(join(folder, 'many.db'));
  await putCast(store);
  await store.close();
  const db = openDatabase(join(folder, 'many.db'));
  db.exec('BEGIN');
  for (let n = 1; n <= 10_001; n++) {
    await db.query(
      `INSERT INTO conversations (app_id, dlg_id, name, epoch, last_seq, spoken, updated_at) VALUES ('shop', $1, '', 1, 2, 2, 0)`,
      `c${n}`,
    );
  }
  db.exec('COMMIT');
  let pauses = 0;
  const highWater = await highWaterOf(db, async () => void (pauses += 1));
  expect(highWater.messages).toBe(20_002);
  expect(pauses).toBe(3);
  db.close();
});
