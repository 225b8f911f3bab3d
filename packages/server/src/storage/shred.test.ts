import { randomBytes } from 'node:crypto';

import { id, type FileId } from '@trialogue/protocol';
import { ada, bo, cy, type shop } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import { as, newPlace, openedStore, say, stores } from './storesUnderTest.ts';

describe.for(stores)('a conversation that is destroyed, in %s', ([name, open]) => {
  const at = openedStore(open);

  test('is gone for its members with keys, messages and files, and others stay as they are', async () => {
    const { store } = at;
    const [place, other] = [await newPlace(store), await newPlace(store)];
    const fileOf = async (dlgId: typeof place.dlgId) => {
      const fileId = id<FileId>(randomBytes(9).toString('base64url'));
      const row = { metaSealed: 'meta', keyWrapped: 'key', size: 5, uploaderId: ada.userId, createdAt: 1000 };
      await store.putFile(as(ada), dlgId, { fileId, ...row });
      return fileId;
    };
    const files = [await fileOf(place.dlgId), await fileOf(place.dlgId)];
    const stays = await fileOf(other.dlgId);
    for (const each of [place, other]) await say(store, each, ada, 'hello');

    expect((await store.shredConversation(place)).toSorted()).toEqual(files.toSorted());

    expect(await store.findConversation(place)).toBeUndefined();
    expect(await store.keysOf(place)).toEqual([]);
    expect(await store.membersOf(place)).toEqual([]);
    expect(await store.messagesAfter(place, 0, 10)).toEqual([]);
    for (const person of [ada, bo, cy]) {
      const gone = store.readPage(as(person), place.dlgId, { limit: 10 });
      await expect(gone).rejects.toMatchObject({ refusal: 'conversation.not_member' });
    }
    expect(await store.messagesAfter(other, 0, 10)).toHaveLength(1);
    expect(await store.findFile(as(bo), other.dlgId, stays)).toMatchObject({ fileId: stays });
    await expect(store.shredConversation(place)).rejects.toMatchObject({ refusal: 'conversation.not_found' });
  });

  test('goes row by row, however many there are, and what begins under its id meanwhile stays', async () => {
    const { store } = at;
    while ((await store.dropShredded()) > 0);
    const place = await newPlace(store);
    for (let nth = 0; nth < 250; nth++) await say(store, place, nth % 2 === 0 ? ada : bo, `message ${nth}`, 1500);
    await store.dropMessages(1501, 5000);
    for (let nth = 0; nth < 250; nth++) await say(store, place, ada, `later ${nth}`, 6000);
    await store.shredConversation(place);
    const members = [{ userId: bo.userId }];
    await store.createConversation({ ...place, name: 'Anew', members, key: { epoch: 1, wrapped: 'key 2' }, now: 7000 });
    await say(store, place, bo, 'first');

    const steps: number[] = [];
    do steps.push(await store.dropShredded());
    while (steps.at(-1) !== 0);
    // Messages, what is known of those that were dropped before, and the conversation itself. The model of the stories
    // keeps nothing of it.
    expect(steps).toEqual(name === 'the model' ? [0] : [200, 100, 200, 1, 0]);
    expect((await store.messagesAfter(place, 0, 10)).map(({ content }) => content)).toEqual(['first']);
    expect(await store.listConversations(as(bo), { page: 1, size: 10, keyword: 'Anew' })).toMatchObject({ total: 1 });
  });

  test('leaves its id free: what begins under it knows nothing of what was', async () => {
    const { store } = at;
    const place = await newPlace(store);
    await say(store, place, ada, 'before');
    await store.shredConversation(place);
    const members = [{ userId: bo.userId }];
    await store.createConversation({ ...place, name: 'Anew', members, key: { epoch: 1, wrapped: 'key 2' }, now: 3000 });
    expect(await store.findConversation(place)).toMatchObject({ head: 0, minSeq: 1, name: 'Anew' });
    const adas = store.readPage(as(ada), place.dlgId, { limit: 10 });
    await expect(adas).rejects.toMatchObject({ refusal: 'conversation.not_member' });
  });

  test('is only that of the app that says so (T29)', async () => {
    const { store } = at;
    const place = await newPlace(store);
    const theirs = store.shredConversation({ ...place, appId: id<typeof shop>('coffee') });
    await expect(theirs).rejects.toMatchObject({ refusal: 'conversation.not_found' });
    expect(await store.findConversation(place)).toBeDefined();
  });
});
