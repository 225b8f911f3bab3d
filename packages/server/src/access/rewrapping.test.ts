import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ada, cy, shop, tea } from '@trialogue/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { appSecret, formWith, openHttp, type Http } from '../http/httpUnderTest.ts';
import { openDatabase } from '../storage/sqlite/database.ts';
import { rewrapSqlite } from '../storage/sqlite/rewrapping.ts';
import { masterKey, masterKeyId } from './masterKey.ts';
import { wrapAnew } from './rewrapping.ts';

const older = new Uint8Array(randomBytes(32));
const newer = new Uint8Array(randomBytes(32));
let dir: string;
let file: string;
let at: Http;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'trialogue-rewrap-'));
  file = join(dir, 'chat.db');
  at = await openHttp({ database: file, master: older });
});
afterEach(async () => {
  await at.close();
  rmSync(dir, { recursive: true });
});

/** Everything in any table that stands under this master key. */
async function under(master: Uint8Array): Promise<string[]> {
  const db = openDatabase(file);
  const tables = await db.query<{ name: string }>(`SELECT name FROM sqlite_master WHERE type = 'table'`);
  const found: string[] = [];
  for (const { name } of tables) {
    for (const row of await db.query<Record<string, unknown>>(`SELECT * FROM ${name}`)) {
      for (const [column, value] of Object.entries(row)) {
        if (String(value).startsWith(`mk1.${masterKeyId(master)}.`)) found.push(`${name}.${column}`);
      }
    }
  }
  db.close();
  return [...new Set(found)].toSorted();
}

test('a new master key: everything is put under it, everything opens as before, and the old one opens nothing', async () => {
  const agent = await at.tokenOf(cy);
  const as = await at.tokenOf(ada);
  const body = { name: 'Ada', urole: 'user', custom: { vip: true } };
  await at.ask('PUT /platform/v1/users/ada', { as: appSecret, body });
  await at.ask('PUT /platform/v1/replies/hello', { as: appSecret, body: { title: 'Hi', text: 'Hello' } });
  await at.ask('PUT /api/v1/replies/own', { as: agent, body: { title: 'Hi', text: 'Own' } });
  await at.ask('PUT /platform/v1/settings', { as: appSecret, body: {} });
  await at.ask('POST /api/v1/conversations/tea/files', { as, ...formWith('a.txt', 'text/plain', 'tea leaves') });
  await at.ask('POST /api/v1/conversations/tea/notes', { as: agent });
  await at.platform.removeMember({ appId: shop, dlgId: tea }, 'bo' as typeof ada.userId);
  const before = (await at.ask('GET /api/v1/conversation?groupId=tea', { as })).json.data as { dlgKey: string };
  await at.close();

  const places = await under(older);
  expect(places).toEqual([
    'app_settings.sealed',
    'apps.secret_wrapped',
    'canned_replies.sealed',
    'conversation_keys.wrapped',
    'files.key_wrapped',
    'user_customs.sealed',
  ]);
  const both = masterKey(newer, [older]);
  const done = await rewrapSqlite(file, masterKeyId(newer), wrapAnew(both));
  expect(done).toMatchObject({ appSecret: 1, dlgKey: 3, file: 1, userCustom: 1, cannedReply: 2, appSettings: 1 });
  expect(await under(older)).toEqual([]);
  expect(await under(newer)).toEqual(places);
  expect(
    Object.values(await rewrapSqlite(file, masterKeyId(newer), wrapAnew(both))).every((count) => count === 0),
  ).toBe(true);

  at = await openHttp({ database: file, master: newer, isOld: true });
  const now = await at.tokenOf(ada);
  expect((await at.ask('GET /api/v1/conversation?groupId=tea', { as: now })).json.data).toMatchObject({
    dlgKey: before.dlgKey,
  });
  expect((await at.ask('GET /api/v1/replies', { as: await at.tokenOf(cy) })).json.data).toMatchObject({
    list: [{ text: 'Hello' }, { text: 'Own' }],
  });
  const customer = await at.ask('GET /api/v1/conversations/tea/customer', { as: await at.tokenOf(cy) });
  expect(JSON.stringify(customer.json)).toContain('"vip":true');
});

test('what no key opens stops it, and stays as it was', async () => {
  await at.close();
  const stranger = masterKey(newer);
  await expect(rewrapSqlite(file, masterKeyId(newer), wrapAnew(stranger))).rejects.toThrow(/was not given/);
  expect(await under(newer)).toEqual([]);
  expect(await under(older)).toContain('conversation_keys.wrapped');
});
