import { id, type SessionId, type UserId } from '@trialogue/protocol';
import { shop } from '@trialogue/testkit';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { runCall, type Call } from '../commands.ts';
import { draftFrom } from '../storesUnderTest.ts';
import { appendTogether } from './appendTogether.ts';
import { openPools, sqlOf, type PgSql, type PgValue, type Pools } from './connections.ts';
import { lockFor } from './locks.ts';
import { freshDatabase, hasPostgres } from './serverUnderTest.ts';
import { openPostgres } from './store.ts';

/** What grows with the shop. All else is a few rows, or is meant to be gone through. */
const LARGE = new Set(['conversations', 'members', 'messages', 'conversation_keys', 'users']);
const CONVERSATIONS = 8_000;

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: Plan[];
}

describe.skipIf(!hasPostgres)('in PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let pools: Pools;
  let client: PoolClient;
  beforeAll(async () => {
    database = await freshDatabase();
    await (await openPostgres(database.url)).store.close();
    pools = openPools(database.url, { writing: 1, reading: 1 }, () => {});
    client = await pools.reading.connect();
    // Two hundred conversations of each of forty agents, ten messages in each.
    for (const statement of [
      `INSERT INTO apps (app_id, secret_hash, secret_wrapped, origins) VALUES ('${shop}', 'hash', 'wrapped', '[]')`,
      `INSERT INTO users (app_id, user_id, name, avatar, remark, urole)
       SELECT '${shop}', 'agent-' || i, 'Cy', '', '', 'service' FROM generate_series(0, 39) AS i
       UNION ALL SELECT '${shop}', 'shopper-' || i, 'Ada', '', '', 'user' FROM generate_series(1, ${CONVERSATIONS}) AS i`,
      `INSERT INTO conversations (app_id, dlg_id, name, epoch, last_seq, spoken, updated_at, log_epoch, oldest_at, desk_status,
         assignee, waiting_user, called_at)
       SELECT '${shop}', 'dlg-' || i, 'Order', 1, 10, 10, i, 'epoch', i, CASE WHEN i % 10 = 0 THEN 'open' ELSE 'closed' END,
         CASE WHEN i % 20 = 0 THEN 'agent-' || (i % 40) END, CASE WHEN i % 50 = 0 THEN i END,
         CASE WHEN i % 1000 = 7 THEN i END
       FROM generate_series(1, ${CONVERSATIONS}) AS i`,
      `INSERT INTO conversation_keys (conversation, epoch, wrapped) SELECT id, 1, 'key' FROM conversations`,
      `INSERT INTO members (conversation, app_id, user_id, position)
       SELECT id, app_id, 'shopper-' || id, 0 FROM conversations
       UNION ALL SELECT id, app_id, 'agent-' || (id % 40), 1 FROM conversations`,
      `INSERT INTO messages (conversation, seq, msg_id, client_msg_id, fromuid, content, sent_at, spoken, nth)
       SELECT c.id, seq, 'm' || c.id || '-' || seq, 'c' || seq, 'shopper-' || c.id, 'IM1.', seq, seq, seq
       FROM generate_series(1, 10) AS seq, conversations c`,
      `ANALYZE`,
    ]) {
      await client.query(statement);
    }
  });
  afterAll(async () => {
    client.release();
    await Promise.all([pools.writing.end(), pools.reading.end()]);
    await database.drop();
  });

  const actorOf = (name: string) => ({
    appId: shop,
    userId: id<UserId>(name),
    sessionId: id<SessionId>('s'),
  });
  const [agent, shopper] = [actorOf('agent-7'), actorOf('shopper-47')];
  const place = { appId: shop, dlgId: 'dlg-47' };
  const range = { page: 1, size: 20 };

  /** The tables that would be gone through row by row for this, by a plan that is made once for all who ask. */
  async function goneThrough(work: (sql: PgSql) => Promise<unknown>): Promise<string[]> {
    indexes.clear();
    const found: string[] = [];
    await client.query('BEGIN');
    try {
      const sql = sqlOf(client);
      await work({
        async query<Row>(text: string, ...params: PgValue[]) {
          found.push(...scansIn(await planOf(text, params)).map((table) => `${table}: ${text}`));
          return sql.query<Row>(text, ...params);
        },
      });
    } finally {
      await client.query('ROLLBACK');
    }
    return found;
  }

  let planned = 0;
  /** By which all of it was found. */
  const indexes = new Set<string>();
  async function planOf(text: string, params: readonly PgValue[]): Promise<Plan> {
    const name = `planned_${planned++}`;
    await client.query(`SET LOCAL plan_cache_mode = force_generic_plan`);
    await client.query(`PREPARE ${name} AS ${text}`);
    const given = params.length > 0 ? `(${params.map(literal).join(', ')})` : '';
    const { rows } = await client.query(`EXPLAIN (FORMAT JSON) EXECUTE ${name}${given}`);
    await client.query(`DEALLOCATE ${name}`);
    const plan: Plan = rows[0]['QUERY PLAN'][0].Plan;
    for (const index of indexesIn(plan)) indexes.add(index);
    return plan;
  }
  const scansIn = (plan: Plan): string[] => [
    ...(plan['Node Type'] === 'Seq Scan' && LARGE.has(plan['Relation Name'] ?? '')
      ? [plan['Relation Name'] ?? '']
      : []),
    ...(plan.Plans ?? []).flatMap(scansIn),
  ];
  const indexesIn = (plan: Plan): string[] => [plan['Index Name'] ?? '', ...(plan.Plans ?? []).flatMap(indexesIn)];

  test.for([
    { name: 'readPage', args: [shopper, 'dlg-47', { limit: 50 }] },
    { name: 'messagesAfter', args: [place, 3, 50] },
    { name: 'enterConversation', args: [shopper, 'dlg-47'] },
    { name: 'listMembers', args: [shopper, 'dlg-47'] },
    { name: 'membersOf', args: [place] },
    { name: 'keysOf', args: [place] },
    { name: 'headsOf', args: [[place]] },
    { name: 'listConversations', args: [shopper, range] },
    ...['all', 'open', 'pending', 'closed', 'mine', 'waiting'].map((filter) => ({
      name: 'listConversations' as const,
      args: [agent, { ...range, filter }],
    })),
    { name: 'countDesk', args: [agent] },
    { name: 'listQueue', args: [agent, range] },
    { name: 'readVisit', args: [shopper, 'dlg-47'] },
  ] satisfies Call[])('$name goes through no table', async (call) => {
    expect(await goneThrough((sql) => runCall(call, sql))).toEqual([]);
  });

  const sweeping: Call[] = Array.from({ length: 3 }, () => ({ name: 'dropShredded', args: [] }));
  test.for([
    ['a send', [{ name: 'appendMessage', args: [shopper, 'dlg-47', draftFrom(shopper, 'hello'), 5000] }]],
    ['a mark', [{ name: 'raiseMarks', args: [agent, 'dlg-47', { readSeq: 9 }] }]],
    ['retention', [{ name: 'dropMessages', args: [5, 5000] }]],
    ['destroying a conversation', [{ name: 'shredConversation', args: [place] }, ...sweeping]],
  ] satisfies [string, Call[]][])('%s finds what it locks and changes by keys', async ([, calls]) => {
    const scans = goneThrough(async (sql) => {
      // As on the connections of those that write: what is gone through all the same has no index.
      for (const way of ['seqscan', 'hashjoin', 'mergejoin']) await client.query(`SET LOCAL enable_${way} = off`);
      for (const call of calls) {
        await lockFor(call, sql);
        await runCall(call, sql);
      }
    });
    expect(await scans).toEqual([]);
  });

  test('conversations of somebody are found by who it is, and not among those of the app', async () => {
    await goneThrough((sql) => runCall({ name: 'listConversations', args: [shopper, range] }, sql));
    expect([...indexes]).toContain('members_of_user');
    await goneThrough((sql) => runCall({ name: 'countDesk', args: [agent] }, sql));
    expect([...indexes]).toContain('members_of_user');
  });

  test('messages that are written together go through no table', async () => {
    const asked = ['hello', 'again'].map((text) => [shopper, 'dlg-47', draftFrom(shopper, text), 5000] as never);
    expect(await goneThrough((sql) => appendTogether(sql, asked))).toEqual([]);
  });
});

function literal(value: PgValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (value instanceof Uint8Array) throw new Error('no statement is given bytes');
  return `'{${value.map((each) => (each === null ? 'NULL' : JSON.stringify(String(each)))).join(',')}}'`;
}
