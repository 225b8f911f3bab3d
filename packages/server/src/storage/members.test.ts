import { SYSTEM, id, limits, type DlgId, type FileId, type UserId } from '@trialogue/protocol';
import { ada, bo, cy, mal, shop, type Person } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import type { Place, Store } from '../chat/ports.ts';
import { as, draftFrom, everything, newPlace, openedStore, putCast, say, stores } from './storesUnderTest.ts';

const notice = (epoch: number) => draftFrom({ userId: SYSTEM }, 'notice', { epoch });

const remove = (store: Store, place: Place, { userId }: Person, epoch = 2) =>
  store.removeMember(place, { userId, key: { epoch, wrapped: `key ${epoch}` }, notice: notice(epoch), now: 3000 });

const add = (store: Store, place: Place, { userId }: { userId: UserId }, epoch = 1) =>
  store.addMembers(place, { members: [{ userId, notice: notice(epoch) }], now: 3000 });

describe.for(stores)('members in %s', ([, open]) => {
  const at = openedStore(open);

  /** Everything one can try in a conversation. */
  const deeds = (person: Person, dlgId: DlgId, onlyDlg?: DlgId) => {
    const actor = as(person, onlyDlg);
    const file = {
      fileId: id<FileId>(`file-${Math.random()}`),
      metaSealed: 'm',
      keyWrapped: 'k',
      size: 1,
      uploaderId: person.userId,
      createdAt: 1,
    };
    const recall = { seq: 1, tombstone: 't', notice: notice(1), notBefore: 0, now: 1 };
    return {
      send: () => at.store.appendMessage(actor, dlgId, draftFrom(person, 'x'), 2000),
      page: () => at.store.readPage(actor, dlgId, { limit: 10 }),
      one: () => at.store.readMessage(actor, dlgId, 1),
      enter: () => at.store.enterConversation(actor, dlgId),
      members: () => at.store.listMembers(actor, dlgId),
      mark: () => at.store.raiseMarks(actor, dlgId, { readSeq: 1 }),
      recall: () => at.store.recallMessage(actor, dlgId, recall),
      putFile: () => at.store.putFile(actor, dlgId, file),
      findFile: () => at.store.findFile(actor, dlgId, file.fileId),
    };
  };
  const refusalsOf = async (tried: ReturnType<typeof deeds>) =>
    Promise.all(
      Object.entries(tried).map(([name, deed]) =>
        deed().then(
          () => `${name}: done`,
          (error: { refusal: string; message: string }) => `${error.refusal}: ${error.message}`,
        ),
      ),
    );

  test('one who sent, left and asks again is told that it is stored, and can store nothing more (I2, I7)', async () => {
    const place = await newPlace(at.store);
    const draft = draftFrom(bo, 'on my way out');
    const first = await at.store.appendMessage(as(bo), place.dlgId, draft, 2000);
    await remove(at.store, place, bo);
    const again = (content: string) => at.store.appendMessage(as(bo), place.dlgId, { ...draft, content }, 4000);
    expect(await again(draft.content)).toEqual({ ...first, repeated: true });
    await expect(again('other words')).rejects.toMatchObject({ refusal: 'conversation.not_member' });
    await expect(say(at.store, place, bo, 'one more')).rejects.toMatchObject({ refusal: 'conversation.not_member' });
  });

  test('an outsider gets nothing, and cannot tell a foreign conversation from none (I20)', async () => {
    const place = await newPlace(at.store);
    await say(at.store, place, ada, 'secret');
    const foreign = await refusalsOf(deeds(mal, place.dlgId));
    const absent = await refusalsOf(deeds(mal, id<DlgId>('nowhere')));
    expect(new Set(foreign).size).toBe(1);
    expect(foreign[0]).toMatch(/^conversation\.not_member/);
    expect(foreign).toEqual(absent);
  });

  test('who came by a link to one conversation cannot touch another, though a member of it', async () => {
    const place = await newPlace(at.store);
    const other = await newPlace(at.store);
    await say(at.store, place, ada, 'secret');
    expect(new Set(await refusalsOf(deeds(ada, place.dlgId, other.dlgId))).size).toBe(1);
    expect(await at.store.readPage(as(ada, place.dlgId), place.dlgId, { limit: 1 })).toMatchObject({ head: 1 });
  });

  test('a removed member gets nothing more; those who stay have the next key (I20, I21)', async () => {
    const place = await newPlace(at.store);
    await say(at.store, place, cy, 'bye');
    expect(await remove(at.store, place, cy)).toMatchObject({ seq: 2, fromuid: SYSTEM });
    expect(new Set(await refusalsOf(deeds(cy, place.dlgId))).size).toBe(1);
    expect(await at.store.keysOf(place)).toEqual([
      { epoch: 1, wrapped: 'key 1' },
      { epoch: 2, wrapped: 'key 2' },
    ]);
    expect((await at.store.membersOf(place)).map(({ userId }) => userId)).toEqual(['ada', 'bo']);
    expect((await at.store.listConversations(as(cy), { page: 1, size: 100 })).list).not.toContainEqual(
      expect.objectContaining({ dlgId: place.dlgId }),
    );
  });

  test('a send under the old key is refused after a removal, but a retry of one stored before is not (I7, I21)', async () => {
    const place = await newPlace(at.store);
    const before = draftFrom(ada, 'before');
    const first = await at.store.appendMessage(as(ada), place.dlgId, before, 2000);
    await remove(at.store, place, cy);
    await expect(say(at.store, place, ada, 'old key')).rejects.toMatchObject({ refusal: 'key.stale_epoch' });
    const retry = await at.store.appendMessage(as(ada), place.dlgId, before, 4000);
    expect(retry).toEqual({ ...first, repeated: true });
    const fresh = draftFrom(ada, 'new key', { epoch: 2 });
    expect(await at.store.appendMessage(as(ada), place.dlgId, fresh, 4000)).toMatchObject({ seq: 3 });
  });

  test('two removals at once: one of them must seal again under the key of the other', async () => {
    const place = await newPlace(at.store);
    const both = await Promise.allSettled([remove(at.store, place, cy), remove(at.store, place, bo)]);
    const refused = both.filter((result) => result.status === 'rejected');
    expect(refused).toMatchObject([{ reason: { refusal: 'key.stale_epoch' } }]);
    expect(await at.store.membersOf(place)).toHaveLength(2);
    expect(await everything(at.store, place)).toHaveLength(1);
  });

  test('removing somebody who is not there is refused, and the key stays', async () => {
    const place = await newPlace(at.store);
    await expect(remove(at.store, place, mal)).rejects.toMatchObject({ refusal: 'member.not_found' });
    expect(await at.store.keysOf(place)).toHaveLength(1);
    const nowhere = { appId: shop, dlgId: id<DlgId>('nowhere') };
    await expect(remove(at.store, nowhere, ada)).rejects.toMatchObject({ refusal: 'conversation.not_found' });
  });

  test('an added member reads from the beginning; adding twice adds once', async () => {
    const place = await newPlace(at.store);
    await say(at.store, place, ada, 'before');
    expect(await add(at.store, place, mal)).toMatchObject({ added: ['mal'], messages: [{ seq: 2 }] });
    expect(await add(at.store, place, mal)).toEqual({ added: [], messages: [] });
    const page = await at.store.readPage(as(mal), place.dlgId, { limit: 10 });
    expect(page.list.map(({ content }) => content)).toEqual(['before', 'notice']);
  });

  test('who comes back finds the marks where they were (I23)', async () => {
    const place = await newPlace(at.store);
    await say(at.store, place, ada, 'one');
    await at.store.raiseMarks(as(cy), place.dlgId, { readSeq: 1 });
    await remove(at.store, place, cy);
    await add(at.store, place, cy, 2);
    expect((await at.store.enterConversation(as(cy), place.dlgId)).me).toMatchObject({ readSeq: 1, deliveredSeq: 1 });
  });

  test('nobody unknown is added, and nothing of such a change is kept', async () => {
    const place = await newPlace(at.store, [ada]);
    const members = [bo, { userId: id<UserId>('ghost') }].map(({ userId }) => ({ userId, notice: notice(1) }));
    await expect(at.store.addMembers(place, { members, now: 3000 })).rejects.toMatchObject({
      refusal: 'user.not_found',
    });
    expect(await at.store.membersOf(place)).toHaveLength(1);
    expect(await everything(at.store, place)).toEqual([]);
  });

  test(`a conversation has at most ${limits.membersPerGroup} members`, async () => {
    const crowd = Array.from({ length: limits.membersPerGroup }, (_, n) => ({ ...mal, userId: id<UserId>(`m${n}`) }));
    await Promise.all(
      crowd.map(({ userId, name, urole }) => at.store.putUser(shop, { userId, name, avatar: '', remark: '', urole })),
    );
    const place = await newPlace(at.store, crowd);
    await expect(add(at.store, place, ada)).rejects.toMatchObject({ refusal: 'member.too_many' });
    expect(await at.store.membersOf(place)).toHaveLength(limits.membersPerGroup);
  });

  test('a role in one conversation goes before the role of the user', async () => {
    const place = { appId: shop, dlgId: id<DlgId>('roles') };
    const members = [{ userId: ada.userId, urole: 'bot' as const }, { userId: bo.userId }];
    await at.store.createConversation({ ...place, name: 'n', members, key: { epoch: 1, wrapped: 'k' }, now: 1 });
    expect((await at.store.membersOf(place)).map(({ urole }) => urole)).toEqual(['bot', 'merchant']);
    await putCast(at.store);
    expect((await at.store.enterConversation(as(ada), place.dlgId)).me.urole).toBe('bot');
  });

  test('a file is found by members of its conversation, and in no other', async () => {
    const place = await newPlace(at.store);
    const other = await newPlace(at.store);
    const fileId = id<FileId>('photo');
    const file = { fileId, metaSealed: 'm', keyWrapped: 'k', size: 9, uploaderId: ada.userId, createdAt: 7 };
    await at.store.putFile(as(ada), place.dlgId, file);
    expect(await at.store.findFile(as(bo), place.dlgId, fileId)).toEqual(file);
    await expect(at.store.findFile(as(bo), other.dlgId, fileId)).rejects.toMatchObject({ refusal: 'file.not_found' });
  });
});
