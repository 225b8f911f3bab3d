import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { id, type DlgId } from '@trialogue/protocol';
import { ada, bo, cy, shop } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import { migrate } from '../migrations/migrate.ts';
import { sqliteMigrations } from '../migrations/sqlite.ts';
import { as, draftFrom, say } from '../storesUnderTest.ts';
import { openDatabase } from './database.ts';
import { atomicallyOn } from './groupCommit.ts';
import { openInProcess } from './inProcess.ts';

/** A database as version 1 of the schema had it: a conversation with three messages, and one without any. */
async function writeVersion1(file: string): Promise<void> {
  const db = openDatabase(file);
  await migrate({ atomically: (work) => atomicallyOn(db, work) }, sqliteMigrations.slice(0, 1));
  for (const statement of [
    `INSERT INTO apps VALUES ('shop', 'hash', 'wrapped', '[]')`,
    `INSERT INTO users VALUES ('shop', 'ada', 'Ada', '', '', 'user'), ('shop', 'bo', 'Bo', '', '', 'merchant')`,
    `INSERT INTO conversations VALUES (1, 'shop', 'tea', '龙井', NULL, 1, 3, 3, 1003), (2, 'shop', 'milk', '牛奶', NULL, 1, 0, 0, 1000)`,
    `INSERT INTO conversation_keys VALUES (1, 1, 'key'), (2, 1, 'key')`,
    `INSERT INTO members VALUES (1, 'shop', 'ada', NULL, 0, NULL, 0, 0, 0, 2, 0, 3), (1, 'shop', 'bo', NULL, 1, NULL, 1, 2, 1, 1, 0, 2),
      (2, 'shop', 'ada', NULL, 0, NULL, 0, 0, 0, 0, 0, 0)`,
    `INSERT INTO messages VALUES (1, 1, 'm1', 'c1', 'ada', 'one', 1001, 1, 1, NULL, NULL),
      (1, 2, 'm2', 'c2', 'bo', 'two', 1002, 2, 1, NULL, NULL), (1, 3, 'm3', 'c3', 'ada', 'three', 1003, 3, 2, NULL, NULL)`,
    `INSERT INTO files VALUES ('f1', 1, 'ada', 'meta', 'key', 7, 1000)`,
  ]) {
    await db.query(statement);
  }
  db.close();
}

test('a database of the version before loses nothing, and does all that the new one does', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trialogue-upgrade-'));
  const file = join(folder, 'chat.db');
  await writeVersion1(file);
  const store = await openInProcess(file);
  const place = { appId: shop, dlgId: id<DlgId>('tea') };

  const page = await store.readPage(as(bo), place.dlgId, { after: 0, limit: 10 });
  expect(page).toMatchObject({ head: 3, minSeq: 1, hasMore: false });
  expect(page.list.map(({ seq, content }) => [seq, content])).toEqual([
    [1, 'one'],
    [2, 'two'],
    [3, 'three'],
  ]);
  const milk = await store.findConversation({ appId: shop, dlgId: id<DlgId>('milk') });
  expect(milk).toMatchObject({ head: 0, minSeq: 1 });
  expect(new Set([page.logEpoch, milk?.logEpoch, '0']).size).toBe(3);

  expect(await store.dropMessages(1003, 2000)).toBe(2);
  expect(await store.readPage(as(bo), place.dlgId, { after: 0, limit: 10 })).toMatchObject({ minSeq: 3, reset: true });
  const again = draftFrom(ada, 'one', { clientMsgId: 'c1' as never });
  expect(await store.appendMessage(as(ada), place.dlgId, again, 2000)).toMatchObject({ seq: 1, repeated: true });
  expect(await say(store, place, bo, 'four', 2000)).toMatchObject({ seq: 4 });
  expect(await store.dropFiles(1001)).toEqual(['f1']);
  expect(await store.raiseFence({ ...as(ada), client: { sid: 'tab-0123456789ab' as never, fence: 1 } }, 1)).toBe(true);
  await store.close();
  await rm(folder, { recursive: true });
});

test('a database from before there was a desk has one: open conversations, nobody waits, and all goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trialogue-upgrade-'));
  const file = join(folder, 'chat.db');
  await writeVersion1(file);
  const db = openDatabase(file);
  await migrate({ atomically: (work) => atomicallyOn(db, work) }, sqliteMigrations.slice(0, 2));
  await db.query(`INSERT INTO users VALUES ('shop', 'cy', 'Cy', '', '', 'service')`);
  await db.query(`INSERT INTO members (conversation, app_id, user_id, position) VALUES (1, 'shop', 'cy', 2)`);
  db.close();

  const store = await openInProcess(file);
  const place = { appId: shop, dlgId: id<DlgId>('tea') };
  expect(await store.readDesk(as(cy), place.dlgId, 'desk')).toEqual({
    status: 'open',
    assignee: null,
    waiting: [],
    calledAt: null,
  });
  const listed = await store.listConversations(as(cy), { page: 1, size: 9, filter: 'open' });
  expect(listed).toMatchObject({ total: 1, list: [{ unread: 3, desk: { status: 'open' } }] });
  await say(store, place, ada, 'four', 2000);
  expect((await store.readDesk(as(cy), place.dlgId, 'desk')).waiting).toEqual([{ urole: 'user', since: 2000 }]);
  await store.close();
  await rm(folder, { recursive: true });
});
