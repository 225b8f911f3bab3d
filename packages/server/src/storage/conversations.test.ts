import { id, type DlgId, type UserId } from '@trialogue/protocol';
import { ada, bo, cy, mal, shop } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import type { Store } from '../chat/ports.ts';
import { as, newPlace, openedStore, say, stores } from './storesUnderTest.ts';

const tea = { appId: shop, dlgId: id<DlgId>('tea') };

const create = (store: Store, dlgId: string, name: string, members: { userId: UserId }[], now = 1) =>
  store.createConversation({
    appId: shop,
    dlgId: id<DlgId>(dlgId),
    name,
    members,
    key: { epoch: 1, wrapped: 'k' },
    now,
  });

describe.for(stores)('conversations in %s', ([, open]) => {
  const at = openedStore(open);

  test('a member enters with the head, the marks and the keys', async () => {
    const custom = { order: 'A-17' };
    const members = [{ userId: ada.userId }, { userId: bo.userId }];
    const key = { epoch: 1, wrapped: 'key' };
    await at.store.createConversation({ ...tea, name: '龙井', custom, members, key, now: 1000 });
    await say(at.store, tea, bo, 'welcome', 2000);
    const logEpoch = expect.any(String);
    expect(await at.store.enterConversation(as(ada), tea.dlgId)).toEqual({
      conversation: { ...tea, name: '龙井', head: 1, minSeq: 1, logEpoch, epoch: 1, updatedAt: 2000, custom },
      keys: [key],
      me: { userId: 'ada', name: ada.name, avatar: '', remark: '', urole: 'user', readSeq: 0, deliveredSeq: 0 },
    });
  });

  test('an id is taken once; the one that was there stays as it was', async () => {
    await create(at.store, 'once', 'first', [ada]);
    await expect(create(at.store, 'once', 'second', [mal])).rejects.toMatchObject({ refusal: 'conversation.exists' });
    const place = { appId: shop, dlgId: id<DlgId>('once') };
    expect(await at.store.findConversation(place)).toMatchObject({ name: 'first' });
    expect((await at.store.membersOf(place)).map(({ userId }) => userId)).toEqual(['ada']);
  });

  test('with somebody unknown it is not created at all', async () => {
    const members = [ada, { userId: id<UserId>('ghost') }];
    await expect(create(at.store, 'ghosts', 'n', members)).rejects.toMatchObject({ refusal: 'user.not_found' });
    expect(await at.store.findConversation({ appId: shop, dlgId: id<DlgId>('ghosts') })).toBeUndefined();
  });

  test('what is nowhere has no members, no keys and no messages', async () => {
    const nowhere = { appId: shop, dlgId: id<DlgId>('nowhere') };
    expect(await at.store.findConversation(nowhere)).toBeUndefined();
    expect(await at.store.membersOf(nowhere)).toEqual([]);
    expect(await at.store.keysOf(nowhere)).toEqual([]);
    expect(await at.store.messagesAfter(nowhere, 0, 10)).toEqual([]);
  });

  test('are listed with the newest activity first, page by page, each with its newest message', async () => {
    const dora = { ...ada, userId: id<UserId>('dora') };
    await at.store.putUser(shop, { ...dora, avatar: '', remark: '' });
    for (let n = 1; n <= 5; n++) await create(at.store, `dora-${n}`, `order ${n}`, [dora, cy], 1000 + n);
    await say(at.store, { appId: shop, dlgId: id<DlgId>('dora-2') }, cy, 'about 2', 9000);
    const list = async (range: { page: number; size: number; keyword?: string }) => {
      const page = await at.store.listConversations(as(dora), range);
      return [page.total, ...page.list.map(({ dlgId }) => dlgId)];
    };
    expect(await list({ page: 1, size: 3 })).toEqual([5, 'dora-2', 'dora-5', 'dora-4']);
    expect(await list({ page: 2, size: 3 })).toEqual([5, 'dora-3', 'dora-1']);
    expect(await list({ page: 3, size: 3 })).toEqual([5]);
    expect(await list({ page: 1, size: 9, keyword: 'ORDER 3' })).toEqual([1, 'dora-3']);
    expect(await list({ page: 1, size: 9, keyword: '%' })).toEqual([0]);
    const first = (await at.store.listConversations(as(dora), { page: 1, size: 1 })).list[0];
    expect(first).toMatchObject({ unread: 1, head: 1, lastMessage: { content: 'about 2' }, keys: [{ epoch: 1 }] });
    expect(first?.members.map(({ userId }) => userId)).toEqual(['dora', 'cy']);
    const last = (await at.store.listConversations(as(dora), { page: 2, size: 3 })).list[1];
    expect(last).toMatchObject({ unread: 0, lastMessage: null });
  });

  test('who came by a link sees that one conversation in the list', async () => {
    const place = await newPlace(at.store);
    await newPlace(at.store);
    const page = await at.store.listConversations(as(bo, place.dlgId), { page: 1, size: 50 });
    expect([page.total, page.list.map(({ dlgId }) => dlgId)]).toEqual([1, [place.dlgId]]);
  });
});
