import { SYSTEM, id, type FileId } from '@trialogue/protocol';
import { ada, bo, cy, mal, type Person } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import type { Place } from '../../chat/ports.ts';
import { as, draftFrom, everything, newPlace, openedStore, say, stores } from '../storesUnderTest.ts';

const muted = { refusal: 'member.muted' };

describe.for(stores)('muting in %s', ([, open]) => {
  const at = openedStore(open);
  const change = (userId: Person['userId'], until: number | null, now: number) => ({
    userId,
    until,
    line: draftFrom({ userId: SYSTEM }, until === null ? 'unmuted' : 'muted'),
    now,
  });
  const mute = (place: Place, { userId }: Person, until: number | null, { by = cy, now = 2000 } = {}) =>
    at.store.muteMember(as(by), place.dlgId, change(userId, until, now));
  const said = async (place: Place) => (await everything(at.store, place)).map(({ content }) => content);

  test('who is muted may not write until then, and may from then on; everybody else goes on', async () => {
    const place = await newPlace(at.store);
    expect(await mute(place, ada, 5000)).toMatchObject({ seq: 1, fromuid: SYSTEM, content: 'muted' });
    await expect(say(at.store, place, ada, 'let me', 4999)).rejects.toMatchObject(muted);
    await say(at.store, place, bo, 'I may', 4999);
    await say(at.store, place, ada, 'I may again', 5000);
    expect(await said(place)).toEqual(['muted', 'I may', 'I may again']);
  });

  test('reading, marking and taking back go on; files are not kept', async () => {
    const place = await newPlace(at.store);
    await say(at.store, place, ada, 'oops', 1500);
    await mute(place, ada, 5000);
    expect((await at.store.readPage(as(ada), place.dlgId, { limit: 9 })).list).toHaveLength(2);
    expect(await at.store.raiseMarks(as(ada), place.dlgId, { readSeq: 1 })).toMatchObject({ readSeq: 1 });
    const notice = draftFrom({ userId: SYSTEM }, 'recalled');
    await at.store.recallMessage(as(ada), place.dlgId, { seq: 1, tombstone: '…', notice, notBefore: 0, now: 2100 });
    const file = {
      fileId: id<FileId>(`file-${place.dlgId}`),
      metaSealed: 'm',
      keyWrapped: 'k',
      size: 1,
      uploaderId: ada.userId,
    };
    const put = (createdAt: number) => at.store.putFile(as(ada), place.dlgId, { ...file, createdAt });
    await expect(put(4999)).rejects.toMatchObject(muted);
    await put(5000);
  });

  test('a message that was stored before is answered as stored, though its author is muted now (I2, I7)', async () => {
    const place = await newPlace(at.store);
    const draft = draftFrom(ada, 'in time');
    const first = await at.store.appendMessage(as(ada), place.dlgId, draft, 1500);
    await mute(place, ada, 5000);
    const again = await at.store.appendMessage(as(ada), place.dlgId, draft, 3000);
    expect(again).toEqual({ ...first, repeated: true });
  });

  test('leaving and coming back gives nobody the word again', async () => {
    const place = await newPlace(at.store);
    await mute(place, ada, 5000);
    const key = { epoch: 2, wrapped: 'key 2' };
    const line = () => draftFrom({ userId: SYSTEM }, 'line', { epoch: 2 });
    await at.store.removeMember(place, { userId: ada.userId, key, notice: line(), now: 2500 });
    await at.store.addMembers(place, { members: [{ userId: ada.userId, notice: line() }], now: 2600 });
    const draft = draftFrom(ada, 'back', { epoch: 2 });
    await expect(at.store.appendMessage(as(ada), place.dlgId, draft, 3000)).rejects.toMatchObject(muted);
  });

  test('it is said once: muting longer says nothing, nor does unmuting who may write', async () => {
    const place = await newPlace(at.store);
    await mute(place, ada, 5000);
    expect(await mute(place, ada, 9000, { now: 3000 })).toBeUndefined();
    await expect(say(at.store, place, ada, 'let me', 8999)).rejects.toMatchObject(muted);
    expect(await mute(place, ada, null, { now: 3100 })).toMatchObject({ content: 'unmuted' });
    expect(await mute(place, ada, null, { now: 3200 })).toBeUndefined();
    await say(at.store, place, ada, 'thanks', 3300);
    // Over by itself: whoever is muted after that is said to be.
    await mute(place, ada, 4000, { now: 3400 });
    expect(await mute(place, ada, 9000, { now: 4001 })).toMatchObject({ content: 'muted' });
  });

  test('members and lists tell until when', async () => {
    const place = await newPlace(at.store);
    await mute(place, ada, 5000);
    const expected = [{ userId: ada.userId, mutedUntil: 5000 }, { userId: bo.userId }, { userId: cy.userId }];
    expect(await at.store.membersOf(place)).toMatchObject(expected);
    expect(await at.store.listMembers(as(bo), place.dlgId)).toMatchObject(expected);
    expect((await at.store.readCustomer(as(cy), place.dlgId)).members).toMatchObject(expected);
    expect((await at.store.membersOf(place))[1]).not.toHaveProperty('mutedUntil');
  });

  test('only its customer service may, and not its own; the platform may mute anybody', async () => {
    const place = await newPlace(at.store);
    await expect(mute(place, bo, 5000, { by: ada })).rejects.toMatchObject({ refusal: 'desk.not_service' });
    await expect(mute(place, bo, 5000, { by: mal })).rejects.toMatchObject({ refusal: 'conversation.not_member' });
    await expect(mute(place, mal, 5000)).rejects.toMatchObject({ refusal: 'member.not_found' });
    await expect(mute(place, cy, 5000)).rejects.toMatchObject({ refusal: 'member.is_service' });
    await at.store.muteFor(place, change(cy.userId, 5000, 2000));
    await expect(say(at.store, place, cy, 'I?', 3000)).rejects.toMatchObject(muted);
    await expect(at.store.muteFor(place, change(mal.userId, 1, 0))).rejects.toMatchObject({
      refusal: 'member.not_found',
    });
    // The platform itself speaks in anybody's name.
    expect(await at.store.appendFor(place, draftFrom(cy, 'the platform'), 3000)).toMatchObject({ repeated: false });
  });
});
