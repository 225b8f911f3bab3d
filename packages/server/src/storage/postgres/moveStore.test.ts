import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ada, bo, cy, shop } from '@trialogue/testkit';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import type { Place } from '../../chat/ports.ts';
import { openInProcess } from '../sqlite/inProcess.ts';
import { as, draftFrom, everything, newPlace, putCast, say } from '../storesUnderTest.ts';
import { moveStore } from './moveStore.ts';
import { freshDatabase, hasPostgres } from './serverUnderTest.ts';
import { openPostgres } from './store.ts';

describe.skipIf(!hasPostgres)('moving from SQLite to PostgreSQL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trialogue-move-'));
  const file = join(folder, 'chat.db');
  let places: Place[];
  const repeated = draftFrom(ada, 'said twice');

  beforeAll(async () => {
    const store = await openInProcess(file);
    await putCast(store);
    places = [await newPlace(store), await newPlace(store), await newPlace(store)];
    for (const place of places)
      for (let at = 0; at < 40; at++) await say(store, place, at % 2 ? bo : ada, `${at} 龙井`);
    const [first] = places;
    if (first) {
      await store.appendMessage(as(ada), first.dlgId, repeated, 2000);
      await store.raiseMarks(as(bo), first.dlgId, { readSeq: 17 });
      await store.openLane(as(cy), first.dlgId, { dlgId: 'notes' as never, key: { epoch: 1, wrapped: 'k' }, now: 1 });
    }
    await store.putUserCustom(shop, ada.userId, 'sealed');
    // Of many pages, so that there is something to interrupt.
    for (let at = 0; at < 2_500; at++) await store.useTicket({ appId: shop, jti: `jti ${at}`, expiresAt: 9e12 });
    await store.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  let database: Awaited<ReturnType<typeof freshDatabase>>;
  beforeEach(async () => {
    database = await freshDatabase();
  });
  afterEach(() => database.drop());

  async function run(statement: string): Promise<void> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(statement);
    await client.end();
  }
  /** The power fails after so many steps. */
  const breakAfter = (steps: number) => {
    let left = steps;
    return () => {
      left -= 1;
      if (left === 0) throw new Error('the power failed');
    };
  };

  test('everything is there and goes on: logs, marks, notes, ids that were used', async () => {
    const moved = await moveStore(file, database.url);
    expect(moved.find(({ table }) => table === 'messages')).toMatchObject({ rows: 121 });
    expect(moved.find(({ table }) => table === 'used_tickets')).toMatchObject({ rows: 2_500 });
    const old = await openInProcess(file);
    const { store } = await openPostgres(database.url);
    for (const place of places) {
      expect(await everything(store, place)).toEqual(await everything(old, place));
      for (const person of [ada, bo]) {
        expect(await store.listConversations(as(person), { page: 1, size: 9 })).toEqual(
          await old.listConversations(as(person), { page: 1, size: 9 }),
        );
      }
    }
    const [first] = places;
    if (!first) throw new Error('there is a first one');
    expect(await store.laneOf(first)).toBe('notes');
    expect(await store.appendMessage(as(ada), first.dlgId, repeated, 9000)).toMatchObject({ seq: 41, repeated: true });
    expect(await say(store, first, bo, 'and on')).toMatchObject({ seq: 42 });
    expect(await store.useTicket({ appId: shop, jti: 'jti 7', expiresAt: 9e12 })).toBe(false);
    const another = await newPlace(store);
    expect(await say(store, another, ada, 'new')).toMatchObject({ seq: 1 });
    await store.close();
    await old.close();
  });

  test('interrupted, it goes on where it was, and nobody is served before all is there', async () => {
    for (const steps of [1, 2, 4])
      await expect(moveStore(file, database.url, breakAfter(steps))).rejects.toThrow('power');
    await expect(openPostgres(database.url)).rejects.toThrow(/migrate-store/);
    let steps = 0;
    const moved = await moveStore(file, database.url, () => (steps += 1));
    expect(moved.find(({ table }) => table === 'messages')).toMatchObject({ rows: 121 });
    const { store } = await openPostgres(database.url);
    await store.close();
    expect(steps).toBeGreaterThan(0);
    await expect(moveStore(file, database.url)).rejects.toThrow(/already\. Nothing was done/);
  });

  test('what is not the same in the end is said, by table', async () => {
    await expect(moveStore(file, database.url, breakAfter(6))).rejects.toThrow('power');
    await run(`UPDATE users SET name = 'Eve' WHERE user_id = 'ada'`);
    await expect(moveStore(file, database.url)).rejects.toThrow(/The table users is not the same/);
  });

  test('a PostgreSQL that holds something else, and a folder without a database, are refused', async () => {
    const { store } = await openPostgres(database.url);
    await putCast(store);
    await store.close();
    await expect(moveStore(file, database.url)).rejects.toThrow(/already holds something else/);
    await expect(moveStore(join(folder, 'none.db'), database.url)).rejects.toThrow(/There is no database/);
  });
});
