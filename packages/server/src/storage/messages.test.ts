import { SYSTEM, type Page } from '@trialogue/protocol';
import { ada, bo, mal } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import { as, draftFrom, everything, newPlace, openedStore, say, stores } from './storesUnderTest.ts';

describe.for(stores)('messages in %s', ([, open]) => {
  const at = openedStore(open);

  test('what Ada was told is stored is there when Bo reads (I1)', async () => {
    const place = await newPlace(at.store);
    const draft = draftFrom(ada, 'is it spring tea?');
    const accepted = await at.store.appendMessage(as(ada), place.dlgId, draft, 5000);
    expect(accepted).toEqual({ seq: 1, msgId: draft.msgId, sentAt: 5000, repeated: false });
    const { list } = await at.store.readPage(as(bo), place.dlgId, { limit: 10 });
    expect(list).toEqual([
      {
        seq: 1,
        msgId: draft.msgId,
        clientMsgId: draft.clientMsgId,
        fromuid: ada.userId,
        content: 'is it spring tea?',
        sentAt: 5000,
      },
    ]);
  });

  test('answers a retry with the first result and adds nothing (I4, I7)', async () => {
    const place = await newPlace(at.store);
    const draft = draftFrom(ada, 'hello?');
    const first = await at.store.appendMessage(as(ada), place.dlgId, draft, 10_000);
    const retry = { ...draft, msgId: draftFrom(ada, '').msgId };
    const second = await at.store.appendMessage(as(ada), place.dlgId, retry, 99_000);
    expect(second).toEqual({ ...first, repeated: true });
    expect(await everything(at.store, place)).toHaveLength(1);
  });

  test('retries that come at once are one message (I4)', async () => {
    const place = await newPlace(at.store);
    const draft = draftFrom(ada, 'hello?');
    const sends = Array.from({ length: 50 }, () => at.store.appendMessage(as(ada), place.dlgId, draft, 2000));
    const answers = await Promise.all(sends);
    expect(new Set(answers.map(({ seq }) => seq))).toEqual(new Set([1]));
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(await everything(at.store, place)).toHaveLength(1);
  });

  test('other words under the same id are refused, and nothing is stored (I7)', async () => {
    const place = await newPlace(at.store);
    const draft = draftFrom(ada, 'two cakes');
    await at.store.appendMessage(as(ada), place.dlgId, draft, 2000);
    const other = { ...draft, content: 'three cakes' };
    await expect(at.store.appendMessage(as(ada), place.dlgId, other, 2000)).rejects.toMatchObject({
      refusal: 'message.id_conflict',
    });
    expect(await everything(at.store, place)).toMatchObject([{ content: 'two cakes' }]);
  });

  test('two people may choose the same clientMsgId', async () => {
    const place = await newPlace(at.store);
    const draft = draftFrom(ada, 'from Ada');
    const same = { ...draftFrom(bo, 'from Bo'), clientMsgId: draft.clientMsgId };
    await at.store.appendMessage(as(ada), place.dlgId, draft, 2000);
    expect(await at.store.appendMessage(as(bo), place.dlgId, same, 2000)).toMatchObject({ seq: 2, repeated: false });
  });

  test('everybody talking at once leaves no hole, no two alike, and each in the order sent (I5, I6, I10)', async () => {
    const place = await newPlace(at.store);
    const sends = Array.from({ length: 300 }, (_, n) => say(at.store, place, n % 2 ? ada : bo, `${n}`));
    const seqs = (await Promise.all(sends)).map(({ seq }) => seq);
    const log = await everything(at.store, place);
    expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: 300 }, (_, n) => n + 1));
    expect(seqs.map((seq) => log[seq - 1]?.content)).toEqual(Array.from({ length: 300 }, (_, n) => `${n}`));
    for (const person of [ada, bo]) {
      const own = log.filter(({ fromuid }) => fromuid === person.userId).map(({ content }) => Number(content));
      expect(own).toEqual(own.toSorted((a, b) => a - b));
    }
  });

  test('what is sent after an answer comes after it (I11)', async () => {
    const place = await newPlace(at.store);
    const first = await say(at.store, place, ada, 'first');
    const second = await say(at.store, place, bo, 'second');
    expect(second.seq).toBeGreaterThan(first.seq);
  });

  test('one who is refused undoes nobody else, and leaves no hole (I2, I6)', async () => {
    const place = await newPlace(at.store);
    const stale = { ...draftFrom(bo, 'old key'), epoch: 7 };
    const results = await Promise.allSettled([
      say(at.store, place, ada, 'one'),
      at.store.appendMessage(as(mal), place.dlgId, draftFrom(mal, 'let me in'), 2000),
      at.store.appendMessage(as(bo), place.dlgId, stale, 2000),
      say(at.store, place, ada, 'two'),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect((await everything(at.store, place)).map(({ content }) => content)).toEqual(['one', 'two']);
  });

  test('time never falls inside a conversation, though the clock does (I34)', async () => {
    const place = await newPlace(at.store);
    for (const now of [90_000, 30_000, 95_000]) await say(at.store, place, ada, 'tick', now);
    expect((await everything(at.store, place)).map(({ sentAt }) => sentAt)).toEqual([90_000, 90_000, 95_000]);
  });

  test('the platform may speak for a member and for the system, and for nobody else', async () => {
    const place = await newPlace(at.store);
    expect(await at.store.appendFor(place, draftFrom(bo, 'shipped'), 2000)).toMatchObject({ seq: 1 });
    expect(await at.store.appendFor(place, draftFrom({ userId: SYSTEM }, 'note'), 2000)).toMatchObject({ seq: 2 });
    await expect(at.store.appendFor(place, draftFrom(mal, 'psst'), 2000)).rejects.toMatchObject({
      refusal: 'member.not_found',
    });
  });

  test('a message is found by its author’s own id for it', async () => {
    const place = await newPlace(at.store);
    const draft = draftFrom(bo, 'hello');
    await at.store.appendMessage(as(bo), place.dlgId, draft, 2000);
    const find = (person: typeof bo) => at.store.findByClientMsgId(place, person.userId, draft.clientMsgId);
    expect(await find(bo)).toMatchObject({ seq: 1, content: 'hello' });
    expect(await find(ada)).toBeUndefined();
  });

  describe('pages', () => {
    test('without a place it is the newest; before and after go on from there, and hasMore is exact (I16)', async () => {
      const place = await newPlace(at.store);
      for (let n = 1; n <= 7; n++) await say(at.store, place, ada, `${n}`);
      const read = async (range: { before?: number; after?: number }) => {
        const page = await at.store.readPage(as(bo), place.dlgId, { ...range, limit: 3 });
        return [page.list.map(({ seq }) => seq), page.hasMore, page.head];
      };
      expect(await read({})).toEqual([[5, 6, 7], true, 7]);
      expect(await read({ before: 5 })).toEqual([[2, 3, 4], true, 7]);
      expect(await read({ before: 4 })).toEqual([[1, 2, 3], false, 7]);
      expect(await read({ before: 2 })).toEqual([[1], false, 7]);
      expect(await read({ before: 1 })).toEqual([[], false, 7]);
      expect(await read({ before: 99 })).toEqual([[5, 6, 7], true, 7]);
      expect(await read({ after: 0 })).toEqual([[1, 2, 3], true, 7]);
      expect(await read({ after: 4 })).toEqual([[5, 6, 7], false, 7]);
      expect(await read({ after: 7 })).toEqual([[], false, 7]);
      expect(await read({ after: 99 })).toEqual([[], false, 7]);
      expect(await read({ after: 2, before: 5 })).toEqual([[3, 4], false, 7]);
      expect(await read({ after: 0, before: 6 })).toEqual([[1, 2, 3], true, 7]);
    });

    test('are printed as they are read, cut to what a socket takes at once', async () => {
      const place = await newPlace(at.store);
      for (let n = 1; n <= 5; n++) await say(at.store, place, ada, `${n}`.repeat(n > 3 ? 150_000 : 1));
      const print = async (range: { before?: number; after?: number }) => {
        const text = await at.store.printPage(as(bo), place.dlgId, { ...range, limit: 3 });
        const { list, ...about } = JSON.parse(text) as Page;
        const { list: all, ...page } = await at.store.readPage(as(bo), place.dlgId, { ...range, limit: 3 });
        const shown = list.map(({ seq }) => seq);
        expect(list).toEqual(all.filter(({ seq }) => shown.includes(seq)));
        expect({ ...about, hasMore: page.hasMore }).toEqual(page);
        return [shown, about.hasMore];
      };
      expect(await print({ before: 4 })).toEqual([[1, 2, 3], false]);
      expect(await print({})).toEqual([[5], true]);
      expect(await print({ after: 2 })).toEqual([[3, 4], true]);
      expect(await print({ after: 5 })).toEqual([[], false]);
      await expect(at.store.printPage(as(mal), place.dlgId, { limit: 3 })).rejects.toMatchObject({
        refusal: 'conversation.not_member',
      });
    });

    test('of an empty conversation is empty', async () => {
      const place = await newPlace(at.store);
      const page = await at.store.readPage(as(bo), place.dlgId, { limit: 10 });
      expect(page).toMatchObject({ list: [], hasMore: false, head: 0 });
    });

    test('are adjacent while people go on talking (I16)', async () => {
      const place = await newPlace(at.store);
      const talking = Promise.all(Array.from({ length: 200 }, (_, n) => say(at.store, place, ada, `${n}`)));
      const seen: number[] = [];
      while (seen.length < 200) {
        const page = await at.store.readPage(as(bo), place.dlgId, { after: seen.length, limit: 7 });
        expect(page.hasMore).toBe(page.head > seen.length + page.list.length);
        seen.push(...page.list.map(({ seq }) => seq));
      }
      await talking;
      expect(seen).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
    });
  });

  describe('a recall', () => {
    const recall = (seq: number, more = {}) => ({
      seq,
      tombstone: 'tombstone',
      notice: draftFrom({ userId: SYSTEM }, 'Ada took a message back'),
      notBefore: 0,
      now: 3000,
      ...more,
    });

    test('leaves a tombstone in the place of the words, and says so under a seq of its own (I1, I6)', async () => {
      const place = await newPlace(at.store);
      const { msgId } = await say(at.store, place, ada, 'my phone number');
      const done = await at.store.recallMessage(as(ada), place.dlgId, recall(1));
      expect(done).toMatchObject({ recalled: { seq: 1, recalledAt: 3000 }, notice: { seq: 2, fromuid: SYSTEM } });
      expect(await everything(at.store, place)).toMatchObject([
        { seq: 1, msgId, fromuid: ada.userId, content: 'tombstone', recalledAt: 3000 },
        { seq: 2, fromuid: SYSTEM, content: 'Ada took a message back' },
      ]);
    });

    test('done again says that it was done, and adds nothing', async () => {
      const place = await newPlace(at.store);
      await say(at.store, place, ada, 'oops');
      await at.store.recallMessage(as(ada), place.dlgId, recall(1));
      expect(await at.store.recallMessage(as(ada), place.dlgId, recall(1))).toEqual({ repeated: true });
      expect(await everything(at.store, place)).toHaveLength(2);
    });

    test('does not make a late retry of the send a new message, nor a conflict (I4, I7)', async () => {
      const place = await newPlace(at.store);
      const draft = draftFrom(ada, 'oops');
      const first = await at.store.appendMessage(as(ada), place.dlgId, draft, 2000);
      await at.store.recallMessage(as(ada), place.dlgId, recall(1));
      const retry = await at.store.appendMessage(as(ada), place.dlgId, draft, 4000);
      expect(retry).toEqual({ ...first, repeated: true });
      const forged = { ...draft, content: 'tombstone' };
      await expect(at.store.appendMessage(as(ada), place.dlgId, forged, 4000)).rejects.toMatchObject({
        refusal: 'message.id_conflict',
      });
    });

    test('is the author’s alone, in time, and under the current key', async () => {
      const place = await newPlace(at.store);
      await say(at.store, place, ada, 'mine');
      const refusalOf = (person: typeof ada, what: ReturnType<typeof recall>) =>
        at.store.recallMessage(as(person), place.dlgId, what).then(
          () => 'done',
          (error: { refusal: string }) => error.refusal,
        );
      expect(await refusalOf(bo, recall(1))).toBe('message.not_author');
      expect(await refusalOf(mal, recall(1))).toBe('conversation.not_member');
      expect(await refusalOf(ada, recall(2))).toBe('message.not_found');
      expect(await refusalOf(ada, recall(1, { notBefore: 2001 }))).toBe('message.too_old');
      const old = draftFrom({ userId: SYSTEM }, 'x', { epoch: 3 });
      expect(await refusalOf(ada, recall(1, { notice: old }))).toBe('key.stale_epoch');
      expect(await everything(at.store, place)).toMatchObject([{ content: 'mine' }]);
    });
  });
});
