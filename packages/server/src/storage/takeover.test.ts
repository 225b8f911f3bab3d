import { id, type Sid } from '@trialogue/protocol';
import { ada, bo } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import { as, draftFrom, everything, newPlace, openedStore, say, stores } from './storesUnderTest.ts';

const DAY = 24 * 60 * 60_000;
let tabs = 0;
/** A new tab of somebody: `on(3)` is what its third socket asks with. */
const tabOf = (person: typeof ada) => {
  const sid = id<Sid>(`tab-of-${person.userId}-${String(++tabs).padStart(8, '0')}`);
  return (fence: number) => ({ ...as(person), client: { sid, fence } });
};
const replaced = { refusal: 'socket.replaced' };

describe.for(stores)('a takeover in %s', ([, open]) => {
  const at = openedStore(open);

  test('is for the higher fence, and for each only once (I28)', async () => {
    const tab = tabOf(ada);
    expect(await at.store.raiseFence(tab(2), 1000)).toBe(true);
    expect(await at.store.raiseFence(tab(2), 1000)).toBe(false);
    expect(await at.store.raiseFence(tab(1), 1000)).toBe(false);
    expect(await at.store.raiseFence(tab(7), 1000)).toBe(true);
    expect(await at.store.raiseFence(tabOf(ada)(1), 1000)).toBe(true);
  });

  test('of two sockets that come at once with one fence, one is told no (I28)', async () => {
    const tab = tabOf(ada);
    const answers = await Promise.all([3, 3, 3].map((fence) => at.store.raiseFence(tab(fence), 1000)));
    expect(answers.filter(Boolean)).toHaveLength(1);
  });

  test('the socket before it commits nothing any more: no message, no mark, no file, no recall (I28)', async () => {
    const place = await newPlace(at.store);
    const tab = tabOf(ada);
    await at.store.appendMessage(tab(1), place.dlgId, draftFrom(ada, 'before'), 2000);
    await say(at.store, place, bo, 'something to read');
    await at.store.raiseFence(tab(2), 2000);
    const old = tab(1);
    const { dlgId } = place;
    await expect(at.store.appendMessage(old, dlgId, draftFrom(ada, 'late'), 2000)).rejects.toMatchObject(replaced);
    await expect(at.store.raiseMarks(old, dlgId, { readSeq: 2 })).rejects.toMatchObject(replaced);
    const recall = { seq: 1, tombstone: 'gone', notice: draftFrom(ada, 'recalled'), notBefore: 0, now: 2000 };
    await expect(at.store.recallMessage(old, dlgId, recall)).rejects.toMatchObject(replaced);
    await at.store.appendMessage(tab(2), dlgId, draftFrom(ada, 'after'), 2000);
    const texts = (await everything(at.store, place)).map(({ content }) => content);
    expect(texts).toEqual(['before', 'something to read', 'after']);
    expect((await at.store.enterConversation(as(ada), dlgId)).me).toMatchObject({ readSeq: 0, deliveredSeq: 0 });
  });

  test('what the socket before it had stored is still answered as stored (I2, I7)', async () => {
    const place = await newPlace(at.store);
    const tab = tabOf(ada);
    const draft = draftFrom(ada, 'stored, and the answer lost');
    const first = await at.store.appendMessage(tab(1), place.dlgId, draft, 2000);
    await at.store.raiseFence(tab(2), 2000);
    for (const fence of [1, 2]) {
      const again = await at.store.appendMessage(tab(fence), place.dlgId, draft, 2000);
      expect(again).toEqual({ ...first, repeated: true });
    }
  });

  test('touches no other tab, no other person with the same name for a tab, and nobody without one', async () => {
    const place = await newPlace(at.store);
    const tab = tabOf(ada);
    await at.store.raiseFence(tab(9), 2000);
    const { client } = tab(1);
    const says = (actor: Parameters<typeof at.store.appendMessage>[0], person = ada) =>
      at.store.appendMessage(actor, place.dlgId, draftFrom(person, 'hello'), 2000);
    await expect(says(tab(1))).rejects.toMatchObject(replaced);
    expect(await says(tabOf(ada)(1))).toMatchObject({ seq: 1 });
    expect(await says({ ...as(bo), client }, bo)).toMatchObject({ seq: 2 });
    expect(await says(as(ada))).toMatchObject({ seq: 3 });
  });

  test('in the middle of a crowd of sends: what comes after it in the log is not of the socket before it (I28)', async () => {
    const place = await newPlace(at.store);
    const tab = tabOf(ada);
    const sends = (fence: number) =>
      Array.from({ length: 40 }, () =>
        at.store.appendMessage(tab(fence), place.dlgId, draftFrom(ada, `${fence}`), 2000).then(
          () => 'stored',
          (error: { refusal?: string }) => error.refusal,
        ),
      );
    const before = sends(1);
    const raising = at.store.raiseFence(tab(2), 2000);
    const meanwhile = sends(1);
    expect(await raising).toBe(true);
    const late = sends(1);
    const after = sends(2);
    expect(new Set(await Promise.all(late))).toEqual(new Set(['socket.replaced']));
    expect(new Set(await Promise.all(after))).toEqual(new Set(['stored']));
    const old = await Promise.all([...before, ...meanwhile]);
    expect(new Set([...old, 'stored', 'socket.replaced']).size).toBe(2);
    const texts = (await everything(at.store, place)).map(({ content }) => content);
    const kept = old.filter((outcome) => outcome === 'stored').length;
    expect(texts).toEqual([...Array<string>(kept).fill('1'), ...Array<string>(40).fill('2')]);
  });

  test('is forgotten a day after, and not before', async () => {
    const tab = tabOf(ada);
    await at.store.raiseFence(tab(5), 10 * DAY);
    await at.store.forgetExpired(11 * DAY);
    expect(await at.store.raiseFence(tab(4), 11 * DAY)).toBe(false);
    await at.store.forgetExpired(11 * DAY + 1);
    expect(await at.store.raiseFence(tab(4), 11 * DAY + 1)).toBe(true);
  });
});
