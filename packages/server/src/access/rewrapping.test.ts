import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { id, type DlgId, type UserId } from '@trialogue/protocol';
import { ada, bo, cy, shop, tea } from '@trialogue/testkit';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { appSecret, formWith, openHttp, type Http } from '../http/httpUnderTest.ts';
import type { Storage } from '../storage/commands.ts';
import { rewrapPostgres } from '../storage/postgres/rewrapping.ts';
import { freshDatabase, hasPostgres } from '../storage/postgres/serverUnderTest.ts';
import { openPostgres } from '../storage/postgres/store.ts';
import { places, type Rewrapped, type Rewrapping } from '../storage/rewrap.ts';
import { openDatabase } from '../storage/sqlite/database.ts';
import { rewrapSqlite } from '../storage/sqlite/rewrapping.ts';
import { openThreads } from '../storage/sqlite/threads.ts';
import { masterKey, masterKeyId } from './masterKey.ts';
import { wrapAnew } from './rewrapping.ts';

// Some hundred conversations are made.
vi.setConfig({ testTimeout: 60_000 });

/** A database that outlives the servers on it. */
interface Kept {
  open(): Promise<Storage>;
  rewrap(rewrapping: Rewrapping): Promise<Rewrapped>;
  query(statement: string): Promise<Record<string, unknown>[]>;
  drop(): Promise<void>;
}

const databases: [string, () => Promise<Kept>][] = [
  [
    'SQLite',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'trialogue-rewrap-'));
      const file = join(folder, 'chat.db');
      return {
        open: () =>
          openThreads(file, {
            onFatal: (cause) => {
              throw cause;
            },
          }),
        rewrap: (rewrapping) => rewrapSqlite(file, rewrapping),
        async query(statement) {
          const db = openDatabase(file);
          const rows = await db.query<Record<string, unknown>>(statement);
          db.close();
          return rows;
        },
        drop: async () => rmSync(folder, { recursive: true }),
      };
    },
  ],
  ...(hasPostgres ? ([['PostgreSQL', () => onPostgres()]] satisfies [string, () => Promise<Kept>][]) : []),
];

async function onPostgres(): Promise<Kept> {
  const { url, drop } = await freshDatabase();
  return {
    open: async () => (await openPostgres(url)).store,
    rewrap: (rewrapping) => rewrapPostgres(url, rewrapping),
    async query(statement) {
      const client = new Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query<Record<string, unknown>>(statement);
      await client.end();
      return rows;
    },
    drop,
  };
}

const tablesOf: Record<string, string> = {
  SQLite: `SELECT m.name AS "table", p.name AS "column" FROM sqlite_schema m JOIN pragma_table_info(m.name) p
    WHERE m.type = 'table'`,
  PostgreSQL: `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
    WHERE table_schema = 'public'`,
};

describe.for(databases)('a new master key on %s', ([name, make]) => {
  const older = new Uint8Array(randomBytes(32));
  const newer = new Uint8Array(randomBytes(32));
  const both = masterKey(newer, [older]);
  const toNewer = (anew = wrapAnew(both)): Rewrapping => ({ keyId: masterKeyId(newer), anew });
  let kept: Kept;
  let at: Http;
  let isUp = false;
  const start = async (...masters: [Uint8Array, ...Uint8Array[]]) => {
    const [master, ...olderMasters] = masters;
    at = await openHttp({ storage: await kept.open(), master, olderMasters, isOld: master === newer });
    isUp = true;
  };
  const stop = async () => {
    if (isUp) await at.close();
    isUp = false;
  };
  beforeEach(async () => {
    kept = await make();
    await start(older);
  });
  afterEach(async () => {
    await stop();
    await kept.drop();
  });

  const columns = () => kept.query(tablesOf[name] ?? '') as Promise<{ table: string; column: string }[]>;

  /** Everything in any table that stands under this master key. */
  async function under(master: Uint8Array): Promise<string[]> {
    const found = new Set<string>();
    for (const table of new Set((await columns()).map((it) => it.table))) {
      for (const row of await kept.query(`SELECT * FROM ${table}`)) {
        for (const [column, value] of Object.entries(row)) {
          if (String(value).startsWith(`mk1.${masterKeyId(master)}.`)) found.add(`${table}.${column}`);
        }
      }
    }
    return [...found].toSorted();
  }

  async function putSomeOfAll(): Promise<void> {
    const agent = await at.tokenOf(cy);
    const as = await at.tokenOf(ada);
    const body = { name: 'Ada', urole: 'user', custom: { vip: true } };
    await at.ask('PUT /platform/v1/users/ada', { as: appSecret, body });
    await at.ask('PUT /platform/v1/replies/hello', { as: appSecret, body: { title: 'Hi', text: 'Hello' } });
    await at.ask('PUT /api/v1/replies/own', { as: agent, body: { title: 'Hi', text: 'Own' } });
    await at.ask('PUT /platform/v1/settings', { as: appSecret, body: {} });
    await at.ask('POST /api/v1/conversations/tea/files', { as, ...formWith('a.txt', 'text/plain', 'tea leaves') });
    await at.ask('POST /api/v1/conversations/tea/notes', { as: agent });
    const said = await at.sealed(ada, 'rude', 'c1');
    await at.ask('POST /api/v1/conversations/tea/messages', { as, body: said });
    await at.ask('POST /api/v1/conversations/tea/messages/1/report', { as: agent, body: { reason: 'abuse' } });
    await at.platform.removeMember({ appId: shop, dlgId: tea }, bo.userId);
  }

  const keyOf = async (dlgId: string): Promise<string> => {
    const came = await at.ask(`GET /api/v1/conversation?groupId=${dlgId}`, { as: await at.tokenOf(ada) });
    return (came.json.data as { dlgKey: string }).dlgKey;
  };

  test('everything is put under it, everything opens as before, and the old one opens nothing', async () => {
    await putSomeOfAll();
    const before = await keyOf('tea');
    await stop();

    const found = await under(older);
    expect(found).toEqual([
      'app_settings.sealed',
      'apps.secret_wrapped',
      'audit_heads.sealed',
      'canned_replies.sealed',
      'conversation_keys.wrapped',
      'files.key_wrapped',
      'reports.sealed',
      'user_customs.sealed',
    ]);
    const done = await kept.rewrap(toNewer());
    expect(done).toMatchObject({ appSecret: 1, dlgKey: 3, file: 1, userCustom: 1, cannedReply: 2, appSettings: 1 });
    expect(await under(older)).toEqual([]);
    expect(await under(newer)).toEqual(found);
    expect(Object.values(await kept.rewrap(toNewer())).every((count) => count === 0)).toBe(true);

    await start(newer);
    expect(await keyOf('tea')).toBe(before);
    expect((await at.ask('GET /api/v1/replies', { as: await at.tokenOf(cy) })).json.data).toMatchObject({
      list: [{ text: 'Hello' }, { text: 'Own' }],
    });
    const customer = await at.ask('GET /api/v1/conversations/tea/customer', { as: await at.tokenOf(cy) });
    expect(JSON.stringify(customer.json)).toContain('"vip":true');
    const reports = await at.ask('GET /platform/v1/reports', { as: appSecret });
    expect(reports.json.data).toMatchObject({ list: [{ payload: { text: 'rude' }, reason: 'abuse' }] });
  });

  test('no column that holds something sealed is forgotten', async () => {
    const known = Object.values(places).map(({ table, column }) => `${table}.${column}`);
    // Sealed under the key of the file, which is wrapped itself.
    const beneath = ['files.meta_sealed'];
    const sealed = (await columns()).filter(({ column }) => /wrapped|sealed/.test(column));
    expect(sealed.map(({ table, column }) => `${table}.${column}`).toSorted()).toEqual(
      [...known, ...beneath].toSorted(),
    );
  });

  test('what no key opens stops it, and stays as it was', async () => {
    await putSomeOfAll();
    await stop();
    const stranger = masterKey(newer);
    await expect(kept.rewrap(toNewer(wrapAnew(stranger)))).rejects.toThrow(/was not given/);
    expect(await under(newer)).toEqual([]);
    expect(await under(older)).toContain('conversation_keys.wrapped');
  });

  test('interrupted, it goes on where it stood; a server with both keys opens what is under either', async () => {
    const groups = Array.from({ length: 210 }, (_, n) => id<DlgId>(`tea-${n}`));
    for (const groupId of groups) await at.platform.createGroup(shop, { groupId, name: 'Tea', members: [ada] });
    const before = await keyOf('tea-20');
    await stop();
    const onStep = (kind: string) => {
      if (kind === 'dlgKey') throw new Error('the power failed');
    };
    await expect(kept.rewrap({ ...toNewer(), onStep })).rejects.toThrow('the power failed');
    expect(await under(older)).toContain('conversation_keys.wrapped');
    expect(await under(newer)).toContain('conversation_keys.wrapped');

    await start(newer, older);
    const some = groups.filter((_, n) => n % 10 === 0);
    const opened = new Set<string>();
    for (const groupId of some) opened.add(await keyOf(groupId));
    expect(opened.size).toBe(some.length);
    expect(opened).toContain(before);

    // 211 conversations; one step of them was done.
    expect((await kept.rewrap(toNewer())).dlgKey).toBe(11);
    expect(await under(older)).toEqual([]);
  });

  test('beside servers that make, change and destroy conversations, nothing is lost and nothing is left', async () => {
    for (let n = 0; n < 205; n++)
      await at.platform.createGroup(shop, { groupId: id<DlgId>(`old-${n}`), name: 'Tea', members: [ada, bo] });
    await stop();
    await start(newer, older);
    const place = (dlgId: string) => ({ appId: shop, dlgId: id<DlgId>(dlgId) });
    const change = async () => {
      for (let n = 0; n < 20; n++) {
        await at.platform.createGroup(shop, { groupId: id<DlgId>(`new-${n}`), name: 'Tea', members: [ada, bo] });
        await at.platform.removeMember(place(`old-${n}`), bo.userId);
        await at.platform.deleteGroup(place(`old-${n + 100}`));
      }
    };
    const [done] = await Promise.all([kept.rewrap(toNewer()), change()]);
    expect(done.dlgKey).toBeGreaterThan(100);
    expect(await under(older)).toEqual([]);

    await stop();
    await start(newer);
    const left = Array.from({ length: 205 }, (_, n) => n).filter((n) => n < 40 || n >= 190);
    for (const dlgId of [...left.map((n) => `old-${n}`), ...Array.from({ length: 20 }, (_, n) => `new-${n}`)])
      expect(await keyOf(dlgId)).toMatch(/^dk1\./);
  });

  test('a server that still puts secrets under the old key is found out', async () => {
    const anew = wrapAnew(both);
    const rewrapping: Rewrapping = {
      ...toNewer(),
      // Whatever is rewrapped is there again under the old key.
      anew: (it) => (it.kind === 'appSettings' ? wrapAnew(masterKey(older, [newer]))(it) : anew(it)),
    };
    await putSomeOfAll();
    await stop();
    await expect(kept.rewrap(rewrapping)).rejects.toThrow(/still puts secrets under an older master key/);
  });

  test('a reply that is put to another agent does not open there (T26); one from before that still does', async () => {
    const agents = ['cy', 'cora'].map((userId) => ({
      userId: id<UserId>(userId),
      name: userId,
      urole: 'service' as const,
    }));
    const tokens: string[] = [];
    for (const [n, agent] of agents.entries()) {
      await at.platform.putUser(shop, agent);
      tokens.push(await at.tokenOf(agent));
      await at.ask('PUT /api/v1/replies/hi', {
        as: tokens[n] ?? '',
        body: { title: 'Hi', text: `of ${agent.userId}` },
      });
    }
    const textOf = async (n: number) => {
      const came = await at.ask('GET /api/v1/replies', { as: tokens[n] ?? '' });
      return came.status === 200 ? (came.json.data as { list: { text: string }[] }).list[0]?.text : came.status;
    };
    expect(await textOf(1)).toBe('of cora');
    const [row] = await kept.query(`SELECT sealed FROM canned_replies WHERE owner_id = 'cy'`);
    const put = (sealed: unknown) =>
      kept.query(`UPDATE canned_replies SET sealed = '${String(sealed)}' WHERE owner_id = 'cora'`);
    await put(row?.['sealed']);
    expect(await textOf(1)).toBe(500);

    const words = Buffer.from(JSON.stringify({ title: 'Hi', text: 'from before' }));
    await put(at.keys.wrap(words, ['cannedReply', shop, 'own', 'hi']));
    expect(await textOf(1)).toBe('from before');
    // After that it is bound to her.
    await stop();
    await kept.rewrap(toNewer());
    await start(newer);
    tokens[1] = await at.tokenOf(agents[1] ?? cy);
    expect(await textOf(1)).toBe('from before');
    const [anew] = await kept.query(`SELECT sealed FROM canned_replies WHERE owner_id = 'cora'`);
    expect(() => at.keys.unwrap(String(anew?.['sealed']), ['cannedReply', shop, 'own', 'hi'])).toThrow();
  });
});
