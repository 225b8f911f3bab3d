import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseKeyring } from '@trialogue/crypto';
import { ada, bo, cy, shop, tea } from '@trialogue/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openDatabase } from '../storage/sqlite/database.ts';
import { formWith, openHttp, appSecret, type Http } from './httpUnderTest.ts';

const words = 'oolong-4c1e';
let dir: string;
let at: Http;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'trialogue-shred-'));
  at = await openHttp({ database: join(dir, 'chat.db') });
});
afterEach(async () => {
  await at.close();
  rmSync(dir, { recursive: true, force: true });
});

const shred = (groupId = 'tea') => at.ask(`DELETE /platform/v1/groups/${groupId}`, { as: appSecret });
const onDisk = () => Buffer.concat(readdirSync(dir).map((name) => readFileSync(join(dir, name)))).toString('latin1');

test('a conversation that is deleted is gone for everybody, as if it had never been', async () => {
  const as = await at.tokenOf(ada);
  const agent = await at.tokenOf(cy);
  await at.ask('POST /api/v1/conversations/tea/messages', { as, body: await at.sealed(ada, words, 'c1') });
  const { fileId } = (
    await at.ask('POST /api/v1/conversations/tea/files', { as, ...formWith('a.txt', 'text/plain', words) })
  ).json.data as { fileId: string };
  const notes = (await at.ask('POST /api/v1/conversations/tea/notes', { as: agent })).json.data as { dlgId: string };
  at.told.length = 0;

  expect(await shred()).toMatchObject({ status: 200, json: { code: 0, data: null } });

  for (const url of [
    '/conversation?groupId=tea',
    '/conversations/tea/messages',
    `/conversations/tea/files/${fileId}`,
  ]) {
    expect((await at.ask(`GET /api/v1${url}`, { as })).json).toMatchObject({ error: 'conversation.not_member' });
  }
  const lane = await at.ask(`GET /api/v1/conversations/${notes.dlgId}/messages`, { as: agent });
  expect(lane.json).toMatchObject({ error: 'conversation.not_member' });
  expect((await at.ask('GET /api/v1/conversations', { as })).json).toMatchObject({ data: { total: 0 } });
  expect(await shred()).toMatchObject({ status: 404, json: { error: 'conversation.not_found' } });
  // Sockets hear of it: each member is out, and every node forgets the keys.
  const told = at.told.map((notice) => [notice.kind, 'userId' in notice ? notice.userId : '']);
  expect(told).toEqual(
    expect.arrayContaining([
      ['removed', ada.userId],
      ['removed', bo.userId],
      ['removed', cy.userId],
      ['key', ''],
    ]),
  );
  // The id is free again, and what begins under it is another conversation.
  await at.platform.createGroup(shop, { groupId: tea, name: 'Tea again', members: [ada] });
  expect((await at.ask('GET /api/v1/conversations/tea/messages', { as })).json).toMatchObject({ data: { head: 0 } });
});

test('neither its keys nor what they open are left in the files of the database (T26)', async () => {
  const as = await at.tokenOf(ada);
  const { content } = await at.sealed(ada, words, 'c1');
  await at.ask('POST /api/v1/conversations/tea/messages', { as, body: { clientMsgId: 'c1', content } });
  await at.ask('POST /api/v1/conversations/tea/files', { as, ...formWith('a.txt', 'text/plain', words) });
  await at.ask('POST /api/v1/conversations/tea/notes', { as: await at.tokenOf(cy) });
  await at.platform.createGroup(shop, { groupId: 'cake' as typeof tea, name: 'Cake', members: [ada] });
  const wrapped = async (dlgId: string) =>
    (await at.store.keysOf({ appId: shop, dlgId: dlgId as typeof tea })).map((key) => key.wrapped);
  const [gone, stays] = [await wrapped('tea'), await wrapped('cake')];

  await shred();
  while ((await at.store.dropShredded()) > 0);
  await at.store.close();
  for (const key of gone) expect(onDisk()).not.toContain(key.slice(24, 60));
  for (const key of stays) expect(onDisk()).toContain(key);
  const db = openDatabase(join(dir, 'chat.db'));
  const tables = await db.query<{ name: string }>(`SELECT name FROM sqlite_master WHERE type = 'table'`);
  const [cake] = await db.query<{ id: number }>(`SELECT id FROM conversations`);
  for (const { name } of tables) {
    const columns = await db.query<{ name: string }>(`PRAGMA table_info(${name})`);
    if (!columns.some((column) => column.name === 'conversation')) continue;
    const rest = await db.query(`SELECT 1 FROM ${name} WHERE conversation <> $1`, cake?.id ?? 0);
    expect([name, rest]).toEqual([name, []]);
  }
  db.close();
});

test('another app deletes nothing of ours (T29)', async () => {
  const before = await at.chat.enter(await at.signIn.authenticate(await at.tokenOf(ada)), tea);
  const came = await at.ask('DELETE /platform/v1/groups/tea', { as: 'z8sYVf3rTn2LbKd7XwPz5JcHm4GgAe9u' });
  expect(came).toMatchObject({ status: 401 });
  const after = await at.chat.enter(await at.signIn.authenticate(await at.tokenOf(ada)), tea);
  expect([...parseKeyring(after.dlgKey)]).toEqual([...parseKeyring(before.dlgKey)]);
});
