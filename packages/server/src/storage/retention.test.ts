import { SYSTEM, id, limits, type FileId } from '@trialogue/protocol';
import { ada, bo, cy, mal, shop } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import type { Place, Store } from '../chat/ports.ts';
import { as, draftFrom, everything, newPlace, openedStore, say, stores } from './storesUnderTest.ts';

/** All that is old enough, call after call. Answers how much each call did. */
async function dropAll(store: Store, before: number, now = before): Promise<number[]> {
  const done: number[] = [];
  for (;;) {
    const rows = await store.dropMessages(before, now);
    if (rows === 0) return done;
    done.push(rows);
  }
}

/** A conversation in which Ada said 1, 2, 3 … at 1001, 1002, 1003 …, and what was said up to `keptFrom` is gone. */
async function aged(store: Store, { said, keptFrom }: { said: number; keptFrom: number }): Promise<Place> {
  const place = await newPlace(store);
  for (let n = 1; n <= said; n++) await say(store, place, ada, `${n}`, 1000 + n);
  await dropAll(store, 1000 + keptFrom);
  return place;
}

const seqsOf = ({ list }: { list: { seq: number }[] }) => list.map(({ seq }) => seq);

describe.for(stores)('retention in %s', ([, open]) => {
  const at = openedStore(open);
  const page = (place: Place, range: { after?: number; before?: number; limit: number }) =>
    at.store.readPage(as(bo), place.dlgId, range);

  test('a conversation that keeps everything says so, on every way to it (I17)', async () => {
    const place = await newPlace(at.store);
    const logEpoch = expect.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
    expect(await page(place, { limit: 5 })).toEqual({ list: [], hasMore: false, head: 0, minSeq: 1, logEpoch });
    await say(at.store, place, ada, 'hello');
    expect(await page(place, { after: 0, limit: 5 })).toMatchObject({ head: 1, minSeq: 1, logEpoch });
    const known = (await page(place, { limit: 5 })).logEpoch;
    const here = { head: 1, minSeq: 1, logEpoch: known };
    expect(await at.store.findConversation(place)).toMatchObject(here);
    expect((await at.store.enterConversation(as(bo), place.dlgId)).conversation).toMatchObject(here);
    const { list } = await at.store.listConversations(as(bo, place.dlgId), { page: 1, size: 1 });
    expect(list).toMatchObject([here]);
  });

  test('who stands before what is kept is told so, and goes on from there; nothing is skipped in silence (I17)', async () => {
    const place = await aged(at.store, { said: 10, keptFrom: 5 });
    const kept = { head: 10, minSeq: 5 };
    for (const after of [0, 2, 3]) {
      const first = await page(place, { after, limit: 3 });
      expect([after, seqsOf(first)]).toEqual([after, [5, 6, 7]]);
      expect(first).toMatchObject({ ...kept, reset: true, hasMore: true });
    }
    for (const after of [4, 5, 7, 10, 12]) expect(await page(place, { after, limit: 3 })).not.toHaveProperty('reset');
    expect(seqsOf(await page(place, { after: 4, limit: 3 }))).toEqual([5, 6, 7]);
  });

  test.for([
    [{ after: 0, limit: 6 }, [5, 6, 7, 8, 9, 10], false],
    [{ after: 0, limit: 5 }, [5, 6, 7, 8, 9], true],
    [{ after: 4, limit: 6 }, [5, 6, 7, 8, 9, 10], false],
    [{ after: 7, limit: 3 }, [8, 9, 10], false],
    [{ after: 0, before: 7, limit: 2 }, [5, 6], false],
    [{ after: 0, before: 8, limit: 2 }, [5, 6], true],
    [{ after: 0, before: 5, limit: 2 }, [], false],
    [{ limit: 6 }, [5, 6, 7, 8, 9, 10], false],
    [{ limit: 5 }, [6, 7, 8, 9, 10], true],
    [{ before: 7, limit: 2 }, [5, 6], false],
    [{ before: 8, limit: 2 }, [6, 7], true],
    [{ before: 6, limit: 9 }, [5], false],
    [{ before: 5, limit: 9 }, [], false],
    [{ before: 2, limit: 9 }, [], false],
  ] as const)(
    'of 10 messages without the first 4, %j is %j and more: %s (I16, I17)',
    async ([range, seqs, hasMore]) => {
      const place = await aged(at.store, { said: 10, keptFrom: 5 });
      const found = await page(place, range);
      expect([seqsOf(found), found.hasMore]).toEqual([seqs, hasMore]);
    },
  );

  test('a conversation may lose all its messages and goes on counting where it was (I6)', async () => {
    const place = await aged(at.store, { said: 4, keptFrom: 99 });
    expect(await page(place, { after: 0, limit: 5 })).toMatchObject({ list: [], head: 4, minSeq: 5, reset: true });
    expect(await page(place, { after: 4, limit: 5 })).not.toHaveProperty('reset');
    const summary = await at.store.listConversations(as(bo, place.dlgId), { page: 1, size: 1 });
    expect(summary.list).toMatchObject([{ head: 4, minSeq: 5, lastMessage: null, unread: 0 }]);
    expect(await say(at.store, place, ada, 'still here', 5000)).toMatchObject({ seq: 5, repeated: false });
    expect(await page(place, { after: 4, limit: 5 })).toMatchObject({ list: [{ seq: 5 }], head: 5, minSeq: 5 });
    await dropAll(at.store, 6000);
    expect(await page(place, { limit: 5 })).toMatchObject({ list: [], head: 5, minSeq: 6 });
  });

  test('what is kept has no holes, whatever is dropped when; the epoch of the log stays (I6, I18)', async () => {
    const place = await newPlace(at.store);
    const { logEpoch } = await page(place, { limit: 1 });
    let head = 0;
    for (let round = 1; round <= 12; round++) {
      for (let n = 0; n < round % 5; n++) await say(at.store, place, n % 2 ? ada : bo, `${n}`, round * 100 + n);
      head += round % 5;
      await dropAll(at.store, round * 100 - 150);
      const all = await page(place, { limit: 200 });
      expect(all).toMatchObject({ head, logEpoch, hasMore: false });
      expect(seqsOf(all)).toEqual(Array.from({ length: head - all.minSeq + 1 }, (_, n) => all.minSeq + n));
      expect(all.list.every(({ sentAt }) => sentAt >= round * 100 - 150)).toBe(true);
    }
    expect(head).toBeGreaterThan(20);
  });

  test('goes in small steps, over all conversations, until nothing is left to do', async () => {
    await dropAll(at.store, 8000);
    const places = await Promise.all([newPlace(at.store), newPlace(at.store)]);
    for (const place of places) await Promise.all(Array.from({ length: 300 }, () => say(at.store, place, ada, 'x')));
    const young = await newPlace(at.store);
    await say(at.store, young, ada, 'young', 9000);
    const done = await dropAll(at.store, 8000);
    expect(done.reduce((sum, rows) => sum + rows, 0)).toBe(600);
    expect(Math.max(...done)).toBeLessThanOrEqual(300);
    for (const place of places) expect(await everything(at.store, place)).toEqual([]);
    expect(await everything(at.store, young)).toHaveLength(1);
  });

  test('to say again what is gone gets the first answer; other words under its id are refused (I4, I7)', async () => {
    const place = await newPlace(at.store);
    const draft = draftFrom(ada, 'once only');
    const first = await at.store.appendMessage(as(ada), place.dlgId, draft, 1500);
    await dropAll(at.store, 2000);
    const again = await at.store.appendMessage(
      as(ada),
      place.dlgId,
      { ...draft, msgId: draftFrom(ada, '').msgId },
      3000,
    );
    expect(again).toEqual({ ...first, repeated: true });
    const other = { ...draft, content: 'other words' };
    await expect(at.store.appendMessage(as(ada), place.dlgId, other, 3000)).rejects.toMatchObject({
      refusal: 'message.id_conflict',
    });
    expect(await page(place, { limit: 5 })).toMatchObject({ list: [], head: 1 });
    expect(await at.store.appendMessage(as(bo), place.dlgId, { ...draft, fromuid: bo.userId }, 3000)).toMatchObject({
      seq: 2,
      repeated: false,
    });
  });

  test('the platform seals anew what it says again: its id alone decides, once the message is gone (I4)', async () => {
    const place = await newPlace(at.store);
    const draft = draftFrom(bo, 'shipped, sealed once');
    const first = await at.store.appendFor(place, draft, 1500);
    await dropAll(at.store, 2000);
    const again = await at.store.appendFor(place, { ...draft, content: 'shipped, sealed twice' }, 3000);
    expect(again).toEqual({ ...first, repeated: true });
  });

  test('a recalled message that is gone is known by what it had said (I7)', async () => {
    const place = await newPlace(at.store);
    const draft = draftFrom(ada, 'oops');
    const first = await at.store.appendMessage(as(ada), place.dlgId, draft, 1500);
    const notice = draftFrom({ userId: SYSTEM }, 'recalled');
    await at.store.recallMessage(as(ada), place.dlgId, { seq: 1, tombstone: '…', notice, notBefore: 0, now: 1600 });
    await dropAll(at.store, 2000);
    expect(await at.store.appendMessage(as(ada), place.dlgId, draft, 3000)).toEqual({ ...first, repeated: true });
    await expect(at.store.readMessage(as(ada), place.dlgId, 1)).rejects.toMatchObject({ refusal: 'message.not_found' });
  });

  test('one who has left is told that it was stored, though it is gone (I2)', async () => {
    const place = await newPlace(at.store);
    const draft = draftFrom(cy, 'bye');
    const first = await at.store.appendMessage(as(cy), place.dlgId, draft, 1500);
    const change = { userId: cy.userId, key: { epoch: 2, wrapped: 'key 2' }, now: 1600 };
    await at.store.removeMember(place, { ...change, notice: draftFrom({ userId: SYSTEM }, 'left', { epoch: 2 }) });
    await dropAll(at.store, 2000);
    expect(await at.store.appendMessage(as(cy), place.dlgId, draft, 3000)).toEqual({ ...first, repeated: true });
  });

  test('an id is remembered for as long as is promised after its message is gone, and then forgotten (I4)', async () => {
    const place = await newPlace(at.store);
    const draft = draftFrom(ada, 'long ago');
    const sends = () => at.store.appendMessage(as(ada), place.dlgId, draft, 3000);
    await at.store.appendMessage(as(ada), place.dlgId, draft, 1500);
    await dropAll(at.store, 2000, 2000);
    await dropAll(at.store, 2000, 2000 + limits.dedupeMs);
    expect(await sends()).toMatchObject({ seq: 1, repeated: true });
    await dropAll(at.store, 2000, 2001 + limits.dedupeMs);
    expect(await sends()).toMatchObject({ seq: 2, repeated: false });
  });

  test('marks stay where they were, may be raised into what is gone, and never pass the head (I23)', async () => {
    const place = await newPlace(at.store);
    for (let n = 1; n <= 10; n++) await say(at.store, place, n % 2 ? ada : bo, `${n}`, 1000 + n);
    await at.store.raiseMarks(as(bo), place.dlgId, { readSeq: 2 });
    await dropAll(at.store, 1007);
    const me = async () => (await at.store.enterConversation(as(bo), place.dlgId)).me;
    expect(await me()).toMatchObject({ readSeq: 2, deliveredSeq: 2 });
    const raise = (readSeq: number) => at.store.raiseMarks(as(bo), place.dlgId, { readSeq });
    expect(await raise(4)).toEqual({ readSeq: 4, deliveredSeq: 4, changed: true });
    expect(await raise(6)).toEqual({ readSeq: 6, deliveredSeq: 6, changed: true });
    expect(await raise(8)).toEqual({ readSeq: 8, deliveredSeq: 8, changed: true });
    expect(await raise(99)).toEqual({ readSeq: 10, deliveredSeq: 10, changed: true });
  });

  test('unread knows of one’s own messages that are gone, though none of one’s own is left up to the mark', async () => {
    const place = await newPlace(at.store);
    for (const [n, person] of [bo, ada, ada, ada, bo, ada].entries()) await say(at.store, place, person, 'x', 1001 + n);
    const unread = async () =>
      (await at.store.listConversations(as(bo, place.dlgId), { page: 1, size: 1 })).list[0]?.unread;
    await dropAll(at.store, 1003);
    expect(await unread()).toBe(3);
    await at.store.raiseMarks(as(bo), place.dlgId, { readSeq: 3 });
    expect(await unread()).toBe(2);
  });

  test('unread is what others said after the mark and is still there, whoever talks, reads, joins and forgets when', async () => {
    const place = await newPlace(at.store);
    const people = [ada, bo, cy, mal];
    let random = 97;
    const pick = (below: number) => (random = (random * 48271) % 2147483647) % below;
    let epoch = 1;
    for (let step = 1; step <= 200; step++) {
      const now = 1000 + step;
      const inside = await at.store.membersOf(place);
      const person = people.find(({ userId }) => userId === inside[pick(inside.length)]?.userId) ?? ada;
      const { head } = (await at.store.findConversation(place)) ?? { head: 0 };
      const deed = pick(12);
      const notice = (at: number) => draftFrom({ userId: SYSTEM }, 'note', { epoch: at });
      if (deed < 3 && head > 0) await at.store.raiseMarks(as(person), place.dlgId, { readSeq: 1 + pick(head) });
      else if (deed === 3) await dropAll(at.store, now - pick(40));
      else if (deed === 4) {
        await at.store.addMembers(place, { members: [{ userId: mal.userId, notice: notice(epoch) }], now });
      } else if (deed === 5 && inside.length > 3) {
        epoch += 1;
        const key = { epoch, wrapped: 'key' };
        await at.store.removeMember(place, { userId: mal.userId, key, notice: notice(epoch), now });
      } else if (deed === 6) await at.store.appendFor(place, notice(epoch), now);
      else await at.store.appendMessage(as(person), place.dlgId, draftFrom(person, `${step}`, { epoch }), now);

      const kept = await everything(at.store, place);
      for (const { userId, readSeq } of await at.store.listMembers(as(ada), place.dlgId)) {
        const counted = kept.filter((m) => m.seq > readSeq && m.fromuid !== userId && m.fromuid !== SYSTEM).length;
        const whose = people.find((member) => member.userId === userId) ?? ada;
        const { list } = await at.store.listConversations(as(whose, place.dlgId), { page: 1, size: 1 });
        expect([step, userId, list[0]?.unread]).toEqual([step, userId, counted]);
      }
    }
    expect((await at.store.findConversation(place))?.minSeq).toBeGreaterThan(20);
  });

  test('whoever reads all of it without a cursor begins at what is kept', async () => {
    const place = await aged(at.store, { said: 10, keptFrom: 5 });
    expect((await at.store.messagesAfter(place, 0, 3)).map(({ seq }) => seq)).toEqual([5, 6, 7]);
    expect((await at.store.messagesAfter(place, 7, 3)).map(({ seq }) => seq)).toEqual([8, 9, 10]);
  });

  test('files that are old enough are forgotten and named, each once, so that their bytes can go', async () => {
    const place = await newPlace(at.store);
    const put = async (createdAt: number) => {
      const fileId = id<FileId>(`file-of-${createdAt}`);
      const file = { fileId, metaSealed: 'm', keyWrapped: 'k', size: 1, uploaderId: ada.userId, createdAt };
      await at.store.putFile({ ...as(ada), appId: shop }, place.dlgId, file);
      return fileId;
    };
    const [first, second, third] = [await put(1000), await put(2000), await put(3000)];
    expect((await at.store.dropFiles(3000)).toSorted()).toEqual([first, second]);
    expect(await at.store.dropFiles(3000)).toEqual([]);
    const find = (fileId: FileId) => at.store.findFile(as(ada), place.dlgId, fileId);
    await expect(find(first)).rejects.toMatchObject({ refusal: 'file.not_found' });
    expect(await find(third)).toMatchObject({ fileId: third });
  });
});
