import { id, type AppId, type DlgId, type FileId } from '@trialogue/protocol';
import { ada, bo, shop } from '@trialogue/testkit';
import { beforeAll, describe, expect, test } from 'vitest';

import { as, draftFrom, everything, newPlace, openedStore, say, stores } from '../storesUnderTest.ts';

const coffee = id<AppId>('coffee');

describe.for(stores)('retention per app in %s', ([, open]) => {
  const at = openedStore(open);
  beforeAll(async () => {
    const app = { appId: coffee, secretHash: 'other', secretWrapped: 'wrapped', origins: [] };
    await at.store.putApp(app);
    for (const { userId, name, urole } of [ada, bo]) {
      await at.store.putUser(coffee, { userId, name, avatar: '', remark: '', urole });
    }
  });
  const dropAll = async (appId: AppId, before: number) => {
    let rows = 0;
    for (let some; (some = await at.store.dropMessages(before, before, undefined, appId)) > 0;) rows += some;
    return rows;
  };
  const theirs = async () => {
    const place = { appId: coffee, dlgId: id<DlgId>('beans') };
    const members = [{ userId: ada.userId }, { userId: bo.userId }];
    await at.store.createConversation({ ...place, name: 'Beans', members, key: { epoch: 1, wrapped: 'k' }, now: 500 });
    const actor = { ...as(ada), appId: coffee };
    for (const nth of [1, 2]) await at.store.appendMessage(actor, place.dlgId, draftFrom(ada, `${nth}`), 500 + nth);
    return { place, actor };
  };

  test('what one app no longer keeps is no reason for another to lose anything', async () => {
    const ours = await newPlace(at.store);
    const { place, actor } = await theirs();
    for (const nth of [1, 2, 3]) await say(at.store, ours, ada, `${nth}`, 1000 + nth);
    const file = (fileId: string) => ({
      fileId: id<FileId>(fileId),
      metaSealed: 'm',
      keyWrapped: 'k',
      size: 1,
      uploaderId: ada.userId,
      createdAt: 900,
    });
    await at.store.putFile(as(ada), ours.dlgId, file('ours'));
    await at.store.putFile(actor, place.dlgId, file('theirs'));

    expect(await dropAll(shop, 1003)).toBe(2);
    expect(await at.store.dropFiles(1003, shop)).toEqual(['ours']);
    expect(await at.store.dropFiles(1003, shop)).toEqual([]);
    expect((await everything(at.store, ours)).map(({ seq }) => seq)).toEqual([3]);
    expect(await at.store.readPage(as(bo), ours.dlgId, { after: 0, limit: 9 })).toMatchObject({
      minSeq: 3,
      reset: true,
    });
    expect((await everything(at.store, place)).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(await at.store.findFile(actor, place.dlgId, id<FileId>('theirs'))).toMatchObject({ fileId: 'theirs' });

    expect(await dropAll(coffee, 502)).toBe(1);
    expect(await at.store.dropFiles(1003, coffee)).toEqual(['theirs']);
    expect((await everything(at.store, place)).map(({ seq }) => seq)).toEqual([2]);
  });

  test('and where a sweep stopped, the next one goes on', async () => {
    const place = await newPlace(at.store);
    const many = (count: number, now: number) =>
      Promise.all(Array.from({ length: count }, () => say(at.store, place, ada, 'x', now)));
    await many(230, 2000);
    await many(20, 3000);
    const first = await at.store.dropMessages(2500, 2500, undefined, shop);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(230);
    const rest = await everything(at.store, place);
    expect(rest.map(({ seq }) => seq)).toEqual(Array.from({ length: rest.length }, (_, n) => 251 - rest.length + n));
    await dropAll(shop, 2500);
    expect((await everything(at.store, place))[0]).toMatchObject({ seq: 231 });
  });
});
