import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { id, type ClientMsgId, type DlgId, type MsgId, type SessionId } from '@trialogue/protocol';
import type { Store } from '@trialogue/server/core';
import { openPostgres, openThreads } from '@trialogue/server/stores';
import { ada, shop } from '@trialogue/testkit';
import { findPostgres, startPostgres } from '@trialogue/testkit/servers';

/**
 * Appends per second, each answered when it is on disk: SQLite beside PostgreSQL (TEST_POSTGRES_URL, else one that is
 * started here and waits for its disk too), in turns, on this machine.
 *
 *   npx tsx -C @trialogue/source bench/src/stores.ts [senders] [seconds] [rounds]
 */
const [senders = 200, seconds = 4, rounds = 3] = process.argv.slice(2).map(Number);
const CONVERSATIONS = 500;
const BODY = 'x'.repeat(400);
const actor = { appId: shop, userId: ada.userId, sessionId: id<SessionId>('bench') };
const places = Array.from({ length: CONVERSATIONS }, (_, at) => id<DlgId>(`dlg-${at}`));
const uuid7 = () => Date.now().toString(16).padStart(12, '0') + randomBytes(10).toString('hex');

async function fill(store: Store): Promise<void> {
  await store.putApp({ appId: shop, secretHash: 'h', secretWrapped: 'w', origins: [] });
  await store.putUser(shop, { userId: ada.userId, name: 'Ada', avatar: '', remark: '', urole: 'service' });
  for (const dlgId of places) {
    await store.createConversation({
      appId: shop,
      dlgId,
      name: 'bench',
      members: [{ userId: ada.userId }],
      key: { epoch: 1, wrapped: 'key' },
      now: 1,
    });
  }
}

async function measure(store: Store): Promise<{ perSecond: number; p50: number; p99: number }> {
  const took: number[] = [];
  const from = performance.now();
  const until = from + seconds * 1000;
  await Promise.all(
    Array.from({ length: senders }, async (_, sender) => {
      for (let at = sender; performance.now() < until; at += 7) {
        const draft = {
          msgId: id<MsgId>(uuid7()),
          clientMsgId: id<ClientMsgId>(uuid7()),
          fromuid: ada.userId,
          content: BODY,
          epoch: 1,
        };
        const begun = performance.now();
        await store.appendMessage(actor, places[at % CONVERSATIONS] ?? places[0]!, draft, Date.now());
        took.push(performance.now() - begun);
      }
    }),
  );
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.floor(took.length * share)] ?? 0;
  return { perSecond: took.length / ((performance.now() - from) / 1000), p50: at(0.5), p99: at(0.99) };
}

const folder = mkdtempSync(join(tmpdir(), 'trialogue-stores-'));
const given = process.env['TEST_POSTGRES_URL'];
const bin = findPostgres();
if (given === undefined && bin === undefined) throw new Error('There is no PostgreSQL here: set TEST_POSTGRES_URL.');
const postgres = given === undefined ? await startPostgres(bin ?? '') : undefined;
const stores = {
  SQLite: await openThreads(join(folder, 'bench.db'), {
    onFatal: (cause) => {
      throw cause;
    },
  }),
  PostgreSQL: (await openPostgres(given ?? postgres?.url ?? '')).store,
};
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const rates: Record<string, number[]> = { SQLite: [], PostgreSQL: [] };
for (const store of Object.values(stores)) await fill(store);
for (let round = 0; round < rounds; round++) {
  for (const [name, store] of Object.entries(stores)) {
    const { perSecond, p50, p99 } = await measure(store);
    rates[name]?.push(perSecond);
    console.log(`${name}: ${Math.round(perSecond)} appends/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
  }
}
const ratio = median(rates['PostgreSQL'] ?? []) / median(rates['SQLite'] ?? []);
console.log(`${senders} senders, medians of ${rounds}: PostgreSQL / SQLite = ${ratio.toFixed(2)}`);
for (const store of Object.values(stores)) await store.close();
await postgres?.stop();
rmSync(folder, { recursive: true, force: true });
