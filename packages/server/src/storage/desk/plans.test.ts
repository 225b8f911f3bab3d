import { id, type SessionId } from '@trialogue/protocol';
import type { DlgFilter } from '@trialogue/protocol/api';
import { cy, shop } from '@trialogue/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { listConversations } from '../conversations.ts';
import { migrate } from '../migrations/migrate.ts';
import { sqliteMigrations } from '../migrations/sqlite.ts';
import type { Sql } from '../sql.ts';
import { IN_MEMORY, openDatabase, type Database } from '../sqlite/database.ts';
import { atomicallyOn } from '../sqlite/groupCommit.ts';
import { listQueue } from './calls.ts';
import { countDesk } from './counts.ts';

let db: Database;
beforeAll(async () => {
  db = openDatabase(IN_MEMORY);
  await migrate({ atomically: (work) => atomicallyOn(db, work) }, sqliteMigrations);
  await db.query(
    `INSERT INTO apps (app_id, secret_hash, secret_wrapped, origins) VALUES ('shop', 'hash', 'wrapped', '[]')`,
  );
  await db.query(
    `INSERT INTO users (app_id, user_id, name, avatar, remark, urole) VALUES ('shop', 'cy', 'Cy', '', '', 'service')`,
  );
});
afterAll(() => db.close());

const actor = { appId: shop, userId: cy.userId, sessionId: id<SessionId>('s') };

/** How the database would go about all that was asked. */
async function plansOf(work: (sql: Sql) => Promise<unknown>): Promise<string[]> {
  const plans: string[] = [];
  await work({
    async query(text, ...params) {
      for (const { detail } of await db.query<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`, ...params)) {
        plans.push(detail);
      }
      return db.query(text, ...params);
    },
  });
  return plans;
}

/** What is gone through row by row. The page itself, which is a few rows, may be. */
const scansIn = (plans: string[]) => plans.filter((plan) => /^SCAN (?!p$)/.test(plan));

test.for([
  ['all', 'members_of_user'],
  ['open', 'members_of_user'],
  ['pending', 'members_of_user'],
  ['closed', 'members_of_user'],
  ['mine', 'conversations_assigned'],
  ['waiting', 'conversations_waiting'],
] as [DlgFilter, string][])('a list of %s is found by %s, and no table is gone through', async ([filter, index]) => {
  const plans = await plansOf((sql) => listConversations(sql, actor, { page: 1, size: 20, filter }));
  expect(scansIn(plans)).toEqual([]);
  expect(plans.filter((plan) => plan.includes(index))).toHaveLength(2);
});

test('the queue is found by who called, and no table is gone through', async () => {
  const plans = await plansOf((sql) => listQueue(sql, actor, { page: 1, size: 20 }));
  expect(scansIn(plans)).toEqual([]);
  expect(plans.filter((plan) => plan.includes('conversations_called'))).toHaveLength(2);
});

test('all lists are counted by the indexes of the lists', async () => {
  const plans = await plansOf((sql) => countDesk(sql, actor));
  expect(scansIn(plans)).toEqual([]);
  const indexes = ['members_of_user', 'conversations_assigned', 'conversations_waiting', 'conversations_called'];
  for (const index of indexes) expect(plans).toContainEqual(expect.stringContaining(index));
});
