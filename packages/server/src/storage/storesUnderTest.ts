import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { id, type ClientMsgId, type DlgId, type MsgId, type SessionId, type UserId } from '@trialogue/protocol';
import { ada, bo, cy, mal, shop, type Person } from '@trialogue/testkit';
import { afterAll, beforeAll } from 'vitest';

import type { Actor, Draft, Place, Store } from '../chat/ports.ts';
import type { Storage } from './commands.ts';
import { freshDatabase, hasPostgres } from './postgres/serverUnderTest.ts';
import { openPostgres } from './postgres/store.ts';
import { openInProcess } from './sqlite/inProcess.ts';
import { openThreads } from './sqlite/threads.ts';

/** Every adapter of the storage: the contract tests run on each. */
export const stores: [name: string, open: () => Promise<Storage>][] = [
  ['SQLite in process', () => openInProcess()],
  [
    'SQLite in threads',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'trialogue-store-'));
      const onFatal = (cause: Error) => {
        throw cause;
      };
      const store = await openThreads(join(folder, 'chat.db'), { onFatal });
      const close = async () => {
        await store.close();
        await rm(folder, { recursive: true });
      };
      return { ...store, close };
    },
  ],
  ...(hasPostgres ? ([['PostgreSQL', () => openFresh()]] satisfies [string, () => Promise<Storage>][]) : []),
];

/** What several nodes have: stores on one database. SQLite has one node, and it does all at once. */
export const clusters: [name: string, open: () => Promise<{ nodes: Storage[]; close: () => Promise<void> }>][] = [
  ...stores.slice(0, 2).map(([name, open]): (typeof clusters)[number] => [
    name,
    async () => {
      const store = await open();
      return { nodes: [store, store, store], close: () => store.close() };
    },
  ]),
  ...(hasPostgres ? ([['PostgreSQL', () => openThree()]] satisfies typeof clusters) : []),
];

/** All three start at once, on an empty database. */
async function openThree() {
  const database = await freshDatabase();
  const nodes = (await Promise.all([1, 2, 3].map(() => openPostgres(database.url)))).map(({ store }) => store);
  const close = async () => {
    for (const node of nodes) await node.close();
    await database.drop();
  };
  return { nodes, close };
}

async function openFresh(): Promise<Storage> {
  const database = await freshDatabase();
  const { store } = await openPostgres(database.url);
  const close = async () => {
    await store.close();
    await database.drop();
  };
  return { ...store, close };
}

/** A store with the cast in it, opened before the tests of a file and closed after them. */
export function openedStore(open: () => Promise<Storage>): { store: Storage } {
  const at = {} as { store: Storage };
  beforeAll(async () => {
    at.store = await open();
    await putCast(at.store);
  });
  afterAll(() => at.store.close());
  return at;
}

export async function putCast(store: Store): Promise<void> {
  await store.putApp({ appId: shop, secretHash: 'hash', secretWrapped: 'wrapped', origins: ['https://shop.example'] });
  for (const { userId, name, urole } of [ada, bo, cy, mal]) {
    await store.putUser(shop, { userId, name, avatar: '', remark: '', urole });
  }
}

/** A fresh conversation of Ada, Bo and Cy, so that tests cannot meet in one. */
export async function newPlace(store: Store, members: Person[] = [ada, bo, cy]): Promise<Place> {
  const place = { appId: shop, dlgId: id<DlgId>(`tea-${randomBytes(8).toString('hex')}`) };
  await store.createConversation({
    ...place,
    name: '龙井 order',
    members: members.map(({ userId }) => ({ userId })),
    key: { epoch: 1, wrapped: 'key 1' },
    now: 1000,
  });
  return place;
}

export const as = (person: Person, onlyDlg?: DlgId): Actor => ({
  appId: shop,
  userId: person.userId,
  sessionId: id<SessionId>(`session of ${person.userId}`),
  ...(onlyDlg && { onlyDlg }),
});

/** As far as the storage can see, content is any string. */
export const draftFrom = (author: { userId: UserId }, content: string, more: Partial<Draft> = {}): Draft => ({
  msgId: id<MsgId>(randomBytes(16).toString('hex')),
  clientMsgId: id<ClientMsgId>(randomBytes(8).toString('hex')),
  fromuid: author.userId,
  content,
  epoch: 1,
  ...more,
});

/** What the test is about is one thing said; who says it, where and when is the rest. */
export const say = (store: Store, place: Place, person: Person, content: string, now = 2000) =>
  store.appendMessage(as(person), place.dlgId, draftFrom(person, content), now);

/** The whole conversation, page after page. */
export async function everything(store: Store, place: Place) {
  const all = [];
  for (let after = 0; ;) {
    const page = await store.messagesAfter(place, after, 100);
    all.push(...page);
    if (page.length < 100) return all;
    after = page.at(-1)?.seq ?? after;
  }
}
