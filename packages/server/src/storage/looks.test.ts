import { id, type AppId, type DlgId, type SessionId } from '@trialogue/protocol';
import { ada, bo, cy, shop } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import { draftFrom, newPlace, openedStore, say, stores } from './storesUnderTest.ts';

const name = (text: string) => id<SessionId>(text);

describe.for(stores)('what a node looks at, in %s', ([, open]) => {
  const at = openedStore(open);

  test('heads and epochs of many conversations are one question; what is not there is left out (I15)', async () => {
    const [tea, coffee] = [await newPlace(at.store), await newPlace(at.store)];
    await say(at.store, tea, ada, 'one');
    await say(at.store, tea, bo, 'two');
    const notice = draftFrom(ada, 'gone', { epoch: 2 });
    await at.store.removeMember(coffee, { userId: cy.userId, key: { epoch: 2, wrapped: 'key 2' }, notice, now: 3000 });

    const nowhere = Array.from({ length: 1200 }, (_, n) => ({ appId: shop, dlgId: id<DlgId>(`nowhere-${n}`) }));
    const foreign = { ...tea, appId: id<AppId>('bakery') };
    const heads = await at.store.headsOf([tea, foreign, ...nowhere, coffee]);
    expect(heads).toHaveLength(2);
    expect(heads).toContainEqual({ ...tea, head: 2, epoch: 1 });
    expect(heads).toContainEqual({ ...coffee, head: 1, epoch: 2 });
    expect(await at.store.headsOf([])).toEqual([]);
  });

  test('sessions that ended, that are over and that nobody knows live no more (I22)', async () => {
    for (const sessionId of ['alive', 'ended', 'over'].map(name)) {
      await at.store.createSession({
        sessionId,
        appId: shop,
        userId: ada.userId,
        refreshHash: sessionId,
        createdAt: 1000,
        expiresAt: sessionId === 'over' ? 4000 : 100_000,
        idleAt: 2000,
      });
    }
    await at.store.endSession(name('ended'), 2000);
    const many = Array.from({ length: 700 }, (_, n) => name(`stranger-${n}`));
    const ended = await at.store.endedAmong(['alive', 'ended', 'over', ...many].map(name), 4000);
    expect(ended).toEqual(['ended', 'over', ...many]);
    expect(await at.store.endedAmong([name('over')], 3999)).toEqual([]);
  });
});
