import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { SYSTEM } from '@trialogue/protocol';
import { ada, bo, cy, mal } from '@trialogue/testkit';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Place } from '../../chat/ports.ts';
import { commands, type CommandName, type Storage } from '../commands.ts';
import { migrate } from '../migrations/migrate.ts';
import { sqliteMigrations } from '../migrations/sqlite.ts';
import { IN_MEMORY, openDatabase } from '../sqlite/database.ts';
import { atomicallyOn } from '../sqlite/groupCommit.ts';
import { as, draftFrom, everything, newPlace, putCast, say } from '../storesUnderTest.ts';
import { locksOf } from './locks.ts';
import { freshDatabase, hasPostgres } from './serverUnderTest.ts';
import { newLogEpochIn, openPostgres } from './store.ts';

test('every command that writes says what it locks', () => {
  const writing = (Object.keys(commands) as CommandName[]).filter((name) => commands[name].does === 'writes');
  expect(Object.keys(locksOf).toSorted()).toEqual(writing.toSorted());
});

describe.skipIf(!hasPostgres)('PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let folder: string;
  beforeAll(async () => {
    database = await freshDatabase();
    folder = mkdtempSync(join(tmpdir(), 'trialogue-postgres-test-'));
  });
  afterAll(async () => {
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  /** By another connection than the store's. */
  async function ask<Row>(text: string): Promise<Row[]> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      return (await client.query(text)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  test('has the tables and columns that SQLite has', async () => {
    const db = openDatabase(IN_MEMORY);
    await migrate({ atomically: (work) => atomicallyOn(db, work) }, sqliteMigrations);
    const columns = await db.query<{ column: string; must: number }>(
      `SELECT m.name || '.' || p.name AS "column", p."notnull" OR p.pk > 0 AS must
       FROM sqlite_schema m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'`,
    );
    db.close();
    const { store } = await openPostgres(database.url);
    await store.close();
    const theirs = await ask<{ column: string; must: number }>(
      `SELECT table_name || '.' || column_name AS "column", (is_nullable = 'NO')::int AS must
       FROM information_schema.columns WHERE table_schema = 'public'
         AND table_name NOT IN ('former_logs', 'cluster_identity', 'moved_from')`,
    );
    const byName = (a: { column: string }, b: { column: string }) => (a.column < b.column ? -1 : 1);
    // SQLite's primary keys are never null and it does not say so.
    expect(theirs.toSorted(byName)).toEqual(columns.toSorted(byName));
  });

  test('a server that could lose what it acknowledged is refused, by the name of the setting (I33)', async () => {
    const other = await freshDatabase();
    const name = new URL(other.url).pathname.slice(1);
    await ask(`ALTER DATABASE ${name} SET synchronous_commit = off`);
    await expect(openPostgres(other.url)).rejects.toThrow(/synchronous_commit off and must have on.*could be lost/);
    await other.drop();
  });

  test('a database that a newer version has written is left alone', async () => {
    const other = await freshDatabase();
    await (await openPostgres(other.url)).store.close();
    const client = new Client({ connectionString: other.url });
    await client.connect();
    await client.query(`INSERT INTO schema_versions VALUES (999)`);
    await client.end();
    await expect(openPostgres(other.url)).rejects.toThrow(/schema version 999/);
    await other.drop();
  });

  describe('over a network that fails', () => {
    let link: Link;
    let store: Storage;
    let place: Place;
    beforeAll(async () => {
      link = await linkTo(database.url);
      ({ store } = await openPostgres(link.url));
      await putCast(store);
    });
    beforeEach(async () => {
      place = await newPlace(store);
    });
    afterEach(() => {
      link.isDown = false;
      link.onSent = () => {};
    });
    afterAll(async () => {
      await store.close();
      link.close();
    });

    test('lost before the commit, it is tried again and stored once', async () => {
      let cuts = 0;
      link.onSent = (bytes, cut) => {
        if (cuts === 0 && bytes.includes('INSERT INTO messages')) cuts = cut('before it arrives');
      };
      // Statements that are prepared go by name: on another connection the text is sent again.
      link.cutAll();
      expect(await say(store, place, ada, 'hello')).toMatchObject({ seq: 1, repeated: false });
      expect(cuts).toBe(1);
      expect(await everything(store, place)).toHaveLength(1);
    });

    test.for([
      ['the commit arrived', 'after it arrived', 1],
      ['the commit did not arrive', 'before it arrives', 0],
    ] as const)('lost in the middle of the commit nobody knows: %s (I3)', async ([, when, stored]) => {
      link.onSent = (bytes, cut) => {
        if (bytes.includes('COMMIT')) cut(when);
      };
      const draft = draftFrom(ada, 'did it?');
      await expect(store.appendMessage(as(ada), place.dlgId, draft, 2000)).rejects.toMatchObject({
        name: 'OutcomeUnknown',
      });
      await expect(store.raiseFence({ ...as(ada), client: { sid: 's' as never, fence: 1 } }, 1)).rejects.toMatchObject({
        name: 'OutcomeUnknown',
      });
      link.onSent = () => {};
      await vi.waitFor(async () => expect(await everything(store, place)).toHaveLength(stored));
      expect(await store.appendMessage(as(ada), place.dlgId, draft, 3000)).toMatchObject({
        seq: 1,
        repeated: stored === 1,
      });
      expect(await everything(store, place)).toHaveLength(1);
    });

    test('while it is away everything is refused, and goes on by itself when it is back (I36)', async () => {
      await say(store, place, ada, 'before');
      link.isDown = true;
      link.cutAll();
      const unavailable = { refusal: 'storage.unavailable' };
      await expect(say(store, place, ada, 'lost')).rejects.toMatchObject(unavailable);
      await expect(store.readPage(as(bo), place.dlgId, { limit: 5 })).rejects.toMatchObject(unavailable);
      await expect(store.ping()).rejects.toMatchObject(unavailable);
      await expect(store.raiseMarks(as(bo), place.dlgId, { readSeq: 1 })).rejects.toMatchObject(unavailable);
      link.isDown = false;
      expect(await say(store, place, ada, 'after')).toMatchObject({ seq: 2 });
      expect((await everything(store, place)).map(({ content }) => content)).toEqual(['before', 'after']);
    });

    test('a lost answer to a question is a refusal, not a doubt', async () => {
      link.onSent = (bytes, cut) => {
        if (bytes.includes('COMMIT')) cut('after it arrived');
      };
      await expect(store.listMembers(as(ada), place.dlgId)).rejects.toMatchObject({ refusal: 'storage.unavailable' });
    });
  });

  test(
    'who holds a row for long holds up nobody for ever: certainly not stored (I2)',
    { timeout: 60_000 },
    async () => {
      const { store } = await openPostgres(database.url);
      await putCast(store);
      const place = await newPlace(store);
      const client = new Client({ connectionString: database.url });
      await client.connect();
      await client.query('BEGIN');
      await client.query(`SELECT 1 FROM conversations WHERE dlg_id = '${place.dlgId}' FOR UPDATE`);
      await expect(say(store, place, ada, 'stuck')).rejects.toMatchObject({ refusal: 'storage.unavailable' });
      await client.query('ROLLBACK');
      await client.end();
      expect(await say(store, place, ada, 'free')).toMatchObject({ seq: 1 });
      await store.close();
    },
  );

  describe('in the middle of a command that is held up', () => {
    let store: Storage;
    beforeAll(async () => {
      ({ store } = await openPostgres(database.url));
      await putCast(store);
    });
    afterAll(() => store.close());

    /** Another connection locks rows, and lets them go when told. */
    async function holding(rows: string): Promise<() => Promise<void>> {
      const client = new Client({ connectionString: database.url });
      await client.connect();
      await client.query('BEGIN');
      await client.query(`SELECT 1 FROM ${rows} FOR UPDATE`);
      return async () => {
        await client.query('ROLLBACK');
        await client.end();
      };
    }
    const ofPlace = ({ dlgId }: Place) => `conversation = (SELECT id FROM conversations WHERE dlg_id = '${dlgId}')`;
    const isPending = async (work: Promise<unknown>) =>
      (await Promise.race([work, pause(300, 'pending')])) === 'pending';

    test.for(['a send', 'a recall'])(
      'a newer socket waits for %s of the older one, and is told yes after it (I28)',
      async (deed) => {
        const place = await newPlace(store);
        const tab = (fence: number) => ({ ...as(ada), client: { sid: place.dlgId as never, fence } });
        await store.raiseFence(tab(1), 2000);
        await say(store, place, ada, 'first');
        const letGo = await holding(`messages WHERE ${ofPlace(place)}`);
        const alsoMembers = await holding(`members WHERE user_id = 'ada' AND ${ofPlace(place)}`);
        const notice = draftFrom({ userId: SYSTEM }, 'notice');
        const done =
          deed === 'a send'
            ? store.appendMessage(tab(1), place.dlgId, draftFrom(ada, 'second'), 2000)
            : store.recallMessage(tab(1), place.dlgId, { seq: 1, tombstone: 't', notice, notBefore: 0, now: 2000 });
        expect(await isPending(done)).toBe(true);
        const raised = store.raiseFence(tab(2), 2000);
        expect(await isPending(raised)).toBe(true);
        await Promise.all([letGo(), alsoMembers()]);
        expect(await raised).toBe(true);
        await done;
      },
    );

    test('marks that come together share a transaction, and one that has to wait keeps no other waiting', async () => {
      const commits: number[] = [];
      const other = await openPostgres(database.url, { onCommit: ({ calls }) => commits.push(calls) });
      const place = await newPlace(store);
      await say(store, place, ada, 'hello');
      const letGo = await holding(`members WHERE user_id = 'bo' AND ${ofPlace(place)}`);
      const raise = (person: typeof ada, readSeq: number) =>
        other.store.raiseMarks(as(person), place.dlgId, { readSeq });
      const [bos, ...others] = [raise(bo, 1), raise(cy, 1), raise(ada, 1), raise(cy, 7), raise(mal, 1)];
      const outcomes = await Promise.allSettled(others);
      expect(outcomes.map((each) => (each.status === 'fulfilled' ? each.value : each.reason.refusal))).toEqual([
        { readSeq: 1, deliveredSeq: 1, changed: true },
        { readSeq: 1, deliveredSeq: 1, changed: true },
        { readSeq: 1, deliveredSeq: 1, changed: false },
        'conversation.not_member',
      ]);
      // A member is in one of them at a time.
      expect(commits[0]).toBe(4);
      expect(await isPending(bos)).toBe(true);
      await letGo();
      expect(await bos).toMatchObject({ readSeq: 1, changed: true });
      await other.store.close();
    });

    test('dropping all that a conversation has waits for a message on its way, which can go later (I17)', async () => {
      const place = await newPlace(store);
      await say(store, place, ada, 'old', 2000);
      const letGo = await holding(`members WHERE user_id = 'ada' AND ${ofPlace(place)}`);
      const sent = say(store, place, ada, 'new', 8000);
      expect(await isPending(sent)).toBe(true);
      const dropped = store.dropMessages(5000, 9000);
      expect(await isPending(dropped)).toBe(true);
      await letGo();
      await Promise.all([sent, dropped]);
      expect((await everything(store, place)).map(({ content }) => content)).toEqual(['new']);
      while ((await store.dropMessages(8001, 9000)) > 0);
      expect(await everything(store, place)).toEqual([]);
    });
  });

  test('one message that the database cannot take costs the others of its batch nothing', async () => {
    const { store } = await openPostgres(database.url);
    await putCast(store);
    const place = await newPlace(store);
    const outcomes = await Promise.allSettled([
      say(store, place, ada, 'one'),
      say(store, place, ada, 'no\u0000body'),
      say(store, place, bo, 'two'),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await everything(store, place)).map(({ content }) => content)).toEqual(['one', 'two']);
    await store.close();
  });

  describe('restored from an older copy (I18)', () => {
    const epochAt = async (store: Storage, place: Place) => (await store.findConversation(place))?.logEpoch;

    test('the first node that sees it begins a new life of the log, and the others know it has been seen to', async () => {
      const [one, two] = [join(folder, 'one'), join(folder, 'two')];
      const warnings: string[] = [];
      const start = async (noteIn: string) =>
        (await openPostgres(database.url, { noteIn, onWarning: (what) => warnings.push(what) })).store;
      const first = await start(one);
      await putCast(first);
      const place = await newPlace(first);
      for (const text of ['a', 'b', 'c']) await say(first, place, ada, text);
      const second = await start(two);
      const epoch = await epochAt(second, place);
      await first.close();
      await second.close();

      const again = await start(one);
      expect(await epochAt(again, place)).toBe(epoch);
      await again.close();
      expect(warnings).toEqual([]);

      await ask(`UPDATE conversations SET last_seq = last_seq - 1 WHERE dlg_id = '${place.dlgId}'`);
      const restored = await start(one);
      const renewed = await epochAt(restored, place);
      expect(renewed).not.toBe(epoch);
      expect(warnings).toEqual([expect.stringMatching(/has 1 messages less than it had.*new logEpoch/)]);
      const other = await start(two);
      expect(await epochAt(other, place)).toBe(renewed);
      expect(warnings).toHaveLength(1);
      await restored.close();
      await other.close();

      const told = await newLogEpochIn(database.url);
      expect(told).not.toBe(renewed);
      for (const noteIn of [one, two]) {
        const later = await start(noteIn);
        expect(await epochAt(later, place)).toBe(told);
        await later.close();
      }
      expect(warnings).toHaveLength(1);
    });
  });
});

/** A wire to the database that can be cut at what goes over it. */
interface Link {
  url: string;
  isDown: boolean;
  /** Sees what the store says before the server does. */
  onSent: (bytes: Buffer, cut: (when: 'before it arrives' | 'after it arrived') => number) => void;
  cutAll(): void;
  close(): void;
}

async function linkTo(url: string): Promise<Link> {
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  const server = createServer((from) => {
    if (link.isDown) return void from.destroy();
    const to = connect(Number(port), hostname);
    open.add(from);
    let isCut = false;
    from.on('data', (bytes) => {
      let isSent = true;
      link.onSent(bytes, (when) => {
        isCut = true;
        isSent = when === 'after it arrived';
        // The server is given time to do what it was told.
        setTimeout(() => from.destroy(), isSent ? 200 : 0);
        return 1;
      });
      if (isSent) to.write(bytes);
    });
    to.on('data', (bytes) => !isCut && from.write(bytes));
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ] as const) {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => other.destroy());
    }
    from.on('close', () => open.delete(from));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const through = new URL(url);
  through.port = String((server.address() as AddressInfo).port);
  const cutAll = () => {
    for (const socket of open) socket.destroy();
  };
  const link: Link = {
    url: through.href,
    isDown: false,
    onSent: () => {},
    cutAll,
    close() {
      server.close();
      cutAll();
    },
  };
  return link;
}
