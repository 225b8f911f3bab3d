import { ada, bo, mal } from '@trialogue/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Place } from '../../chat/ports.ts';
import { storeOver, type Call } from '../commands.ts';
import { migrate } from '../migrations/migrate.ts';
import { sqliteMigrations } from '../migrations/sqlite.ts';
import { as, draftFrom, newPlace, putCast } from '../storesUnderTest.ts';
import { openDatabase, type Database } from './database.ts';
import { atomicallyOn, commitTogether, readTogether } from './groupCommit.ts';

let db: Database;
let place: Place;

const run = async (...calls: Call[]) => commitTogether(db, calls);

/** Each method answers with what it did, so that a test can look behind it. */
const store = storeOver(
  async (call) => {
    const [outcome] = await run(call);
    if (outcome && 'value' in outcome) return outcome.value;
    throw new Error('refused');
  },
  async () => {},
);

beforeEach(async () => {
  db = openDatabase(':memory:');
  await migrate({ atomically: (work) => atomicallyOn(db, work) }, sqliteMigrations);
  await putCast(store);
  place = await newPlace(store);
});

afterEach(() => db.close());

const sends = (person: typeof ada, content: string, epoch = 1): Call => ({
  name: 'appendMessage',
  args: [as(person), place.dlgId, draftFrom(person, content, { epoch }), 2000],
});

const contents = async () => (await store.messagesAfter(place, 0, 100)).map(({ content }) => content);

/** The same connection, but for what is done otherwise. */
const connection = (otherwise: Partial<Pick<Database, 'exec' | 'query'>>) => ({
  exec: db.exec,
  query: db.query,
  get isInTransaction() {
    return db.isInTransaction;
  },
  get writes() {
    return db.writes;
  },
  ...otherwise,
});

test('one call that is refused undoes itself and nothing else', async () => {
  const outcomes = await run(sends(ada, 'one'), sends(ada, 'stale', 9), sends(bo, 'two'));
  expect(outcomes).toMatchObject([
    { value: { seq: 1 } },
    { refused: { refusal: 'key.stale_epoch' } },
    { value: { seq: 2 } },
  ]);
  expect(await contents()).toEqual(['one', 'two']);
});

test('a bug in one call undoes it after its first write, and nothing else (I6)', async () => {
  const broken = { ...sends(ada, 'x'), args: [as(ada), place.dlgId, draftFrom(ada, { no: 'text' } as never), 2000] };
  const outcomes = await run(sends(ada, 'one'), broken, sends(bo, 'two'));
  expect(outcomes).toMatchObject([{ value: { seq: 1 } }, { error: expect.any(Error) }, { value: { seq: 2 } }]);
  expect(await contents()).toEqual(['one', 'two']);
});

test('savepoints are only made when a call breaks off half-way, and then everything runs again', async () => {
  const said: string[] = [];
  const watched = connection({
    exec(statement: string) {
      said.push(statement);
      db.exec(statement);
    },
  });
  await commitTogether(watched, [sends(ada, 'one'), sends(ada, 'stale', 9)]);
  expect(said).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);

  said.length = 0;
  const broken = { ...sends(ada, 'x'), args: [as(ada), place.dlgId, draftFrom(ada, { no: 'text' } as never), 2000] };
  await commitTogether(watched, [sends(bo, 'two'), broken]);
  expect(said.join(' ')).toBe(
    'BEGIN IMMEDIATE ROLLBACK BEGIN IMMEDIATE SAVEPOINT alone RELEASE alone SAVEPOINT alone ROLLBACK TO alone RELEASE alone COMMIT',
  );
  expect(await contents()).toEqual(['one', 'two']);
});

test('when the disk is full the calls are refused, reading goes on, and so does writing once there is space (I31)', async () => {
  await run(sends(ada, 'before'));
  const [pages] = await db.query<{ page_count: number }>('PRAGMA page_count');
  const limitTo = (count: number) => db.query(`PRAGMA max_page_count = ${count}`);
  await limitTo((pages?.page_count ?? 0) + 2);
  const outcomes = await run(sends(ada, 'small'), sends(bo, 'x'.repeat(100_000)), sends(ada, 'y'.repeat(100_000)));
  expect(outcomes.slice(1)).toMatchObject([
    { refused: { refusal: 'storage.full' } },
    { refused: { refusal: 'storage.full' } },
  ]);
  const kept = 'value' in (outcomes[0] ?? {}) ? ['before', 'small'] : ['before'];
  expect(await contents()).toEqual(kept);
  await limitTo(1_000_000);
  await run(sends(bo, 'after'));
  expect(await contents()).toEqual([...kept, 'after']);
});

test('when the disk fails under a commit nobody has an answer (I32)', async () => {
  const failing = connection({
    exec(statement: string) {
      if (statement === 'COMMIT') throw Object.assign(new Error('disk I/O error'), { errcode: 1034 });
      db.exec(statement);
    },
  });
  await expect(commitTogether(failing, [sends(ada, 'lost')])).rejects.toThrow('disk I/O error');
});

test('when another program holds the file for long, the calls are refused for now, and certainly not stored (I2)', async () => {
  const held = connection({
    exec(statement: string) {
      if (statement.startsWith('BEGIN')) throw Object.assign(new Error('database is locked'), { errcode: 5 });
      db.exec(statement);
    },
  });
  expect(await commitTogether(held, [sends(ada, 'one'), sends(bo, 'two')])).toMatchObject([
    { refused: { refusal: 'storage.unavailable' } },
    { refused: { refusal: 'storage.unavailable' } },
  ]);
  expect(await contents()).toEqual([]);
});

test('when the disk fails under one call, none of the others has an answer either (I32)', async () => {
  const failing = connection({
    query: async <Row>(text: string, ...params: Parameters<Database['query']>[1][]) => {
      if (text.includes('INSERT INTO messages')) throw Object.assign(new Error('disk I/O error'), { errcode: 266 });
      return db.query<Row>(text, ...params);
    },
  });
  await expect(commitTogether(failing, [sends(ada, 'lost'), sends(bo, 'too')])).rejects.toThrow('disk I/O error');
  expect(await contents()).toEqual([]);
});

describe('calls that read together', () => {
  const page = (person: typeof ada, range: { before?: number } = {}): Call => ({
    name: 'printPage',
    args: [as(person), place.dlgId, { limit: 2, ...range }],
  });

  test('print a page once for all who may see it, and each is asked about by itself', async () => {
    await run(sends(ada, 'one'), sends(ada, 'two'), sends(ada, 'three'));
    const asked: string[] = [];
    const query: Database['query'] = (text, ...params) => {
      asked.push(text);
      return db.query(text, ...params);
    };
    const outcomes = await readTogether(connection({ query }), [
      page(ada),
      page(mal),
      page(bo),
      page(bo, { before: 3 }),
    ]);
    expect(outcomes).toMatchObject([
      { value: expect.stringContaining('three') },
      { refused: { refusal: 'conversation.not_member' } },
      { value: expect.stringContaining('three') },
      { value: expect.stringContaining('one') },
    ]);
    expect(outcomes[2]).toEqual(outcomes[0]);
    expect(asked.filter((text) => text.includes('FROM messages'))).toHaveLength(2);
    expect(asked.filter((text) => text.includes('FROM conversations'))).toHaveLength(4);
  });

  test('keep nothing of it for those who come after', async () => {
    await run(sends(ada, 'one'));
    const [before] = await readTogether(db, [page(ada)]);
    await run(sends(ada, 'two'));
    const [after] = await readTogether(db, [page(ada)]);
    expect(before).not.toMatchObject({ value: expect.stringContaining('two') });
    expect(after).toMatchObject({ value: expect.stringContaining('two') });
  });
});
