import { SYSTEM } from '@trialogue/protocol';
import { ada, bo, cy, mal, type Person } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import type { Place, Store } from '../chat/ports.ts';
import { as, draftFrom, everything, newPlace, openedStore, say, stores } from './storesUnderTest.ts';

async function unreadOf(store: Store, place: Place, person: Person): Promise<number> {
  const { list } = await store.listConversations(as(person, place.dlgId), { page: 1, size: 1 });
  return list[0]?.unread ?? Number.NaN;
}

describe.for(stores)('marks in %s', ([, open]) => {
  const at = openedStore(open);

  test('only rise, never pass the head, and reading is having been given it (I23)', async () => {
    const place = await newPlace(at.store);
    for (const text of ['1', '2', '3']) await say(at.store, place, ada, text);
    const raise = (marks: { readSeq?: number; deliveredSeq?: number }) =>
      at.store.raiseMarks(as(bo), place.dlgId, marks);
    expect(await raise({ readSeq: 2 })).toEqual({ readSeq: 2, deliveredSeq: 2, changed: true });
    expect(await raise({ readSeq: 1, deliveredSeq: 1 })).toEqual({ readSeq: 2, deliveredSeq: 2, changed: false });
    expect(await raise({ deliveredSeq: 99 })).toEqual({ readSeq: 2, deliveredSeq: 3, changed: true });
    expect(await raise({ readSeq: 99 })).toEqual({ readSeq: 3, deliveredSeq: 3, changed: true });
  });

  test('are everybody’s own: nobody moves another’s (I23)', async () => {
    const place = await newPlace(at.store);
    await say(at.store, place, ada, '1');
    await at.store.raiseMarks(as(bo), place.dlgId, { readSeq: 1 });
    const marks = (await at.store.listMembers(as(ada), place.dlgId)).map(({ userId, readSeq }) => [userId, readSeq]);
    expect(marks).toEqual([
      ['ada', 0],
      ['bo', 1],
      ['cy', 0],
    ]);
    await expect(at.store.raiseMarks(as(mal), place.dlgId, { readSeq: 1 })).rejects.toMatchObject({
      refusal: 'conversation.not_member',
    });
  });

  test('in whatever order they arrive, the highest wins (I23)', async () => {
    const place = await newPlace(at.store);
    for (let n = 0; n < 20; n++) await say(at.store, place, ada, `${n}`);
    const shuffled = [7, 3, 19, 11, 2, 19, 5];
    await Promise.all(shuffled.map((readSeq) => at.store.raiseMarks(as(bo), place.dlgId, { readSeq })));
    expect((await at.store.enterConversation(as(bo), place.dlgId)).me.readSeq).toBe(19);
  });

  test('unread is what others said after the mark, whoever talks and reads in whatever order', async () => {
    const place = await newPlace(at.store);
    let random = 412;
    const pick = (below: number) => (random = (random * 48271) % 2147483647) % below;
    for (let step = 0; step < 300; step++) {
      const person = [ada, bo, cy][pick(3)] ?? ada;
      const head = step === 0 ? 0 : ((await at.store.findConversation(place))?.head ?? 0);
      if (pick(3) === 0 && head > 0) {
        await at.store.raiseMarks(as(person), place.dlgId, { readSeq: 1 + pick(head) });
      } else if (pick(5) === 0) {
        await at.store.appendFor(place, draftFrom({ userId: SYSTEM }, 'note'), 2000);
      } else {
        await say(at.store, place, person, `${step}`);
      }
    }
    const log = await everything(at.store, place);
    for (const { userId, readSeq } of await at.store.listMembers(as(ada), place.dlgId)) {
      const counted = log.filter((m) => m.seq > readSeq && m.fromuid !== userId && m.fromuid !== SYSTEM).length;
      const person = [ada, bo, cy].find((member) => member.userId === userId) ?? ada;
      expect([userId, await unreadOf(at.store, place, person)]).toEqual([userId, counted]);
    }
  });
});
