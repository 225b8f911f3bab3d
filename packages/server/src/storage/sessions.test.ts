import { id, type AppId, type SessionId, type UserId } from '@trialogue/protocol';
import { ada, bo, shop } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import type { SessionRow, Store } from '../chat/ports.ts';
import { openedStore, stores } from './storesUnderTest.ts';

const session = (name: string, more: Partial<SessionRow> = {}): SessionRow => ({
  sessionId: id<SessionId>(name),
  appId: shop,
  userId: ada.userId,
  refreshHash: `${name} 1`,
  createdAt: 1000,
  expiresAt: 100_000,
  idleAt: 10_000,
  ...more,
});

const rotate = (store: Store, oldHash: string, newHash: string, now = 2000) =>
  store.rotateRefresh({ oldHash, newHash, now, idleAt: now + 10_000 });

describe.for(stores)('sessions and tickets in %s', ([, open]) => {
  const at = openedStore(open);

  test('a ticket works once, however many come with it at the same time', async () => {
    const ticket = { appId: shop, jti: 'one', expiresAt: 5000 };
    const answers = await Promise.all(Array.from({ length: 100 }, () => at.store.useTicket(ticket)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await at.store.useTicket(ticket)).toBe(false);
    expect(await at.store.useTicket({ ...ticket, jti: 'two' })).toBe(true);
    expect(await at.store.useTicket({ ...ticket, appId: id<AppId>('bakery') })).toBe(true);
  });

  test('a refresh token is swapped for the next one', async () => {
    await at.store.createSession(session('swap'));
    expect(await rotate(at.store, 'swap 1', 'swap 2')).toMatchObject({ refreshHash: 'swap 2', idleAt: 12_000 });
    expect(await at.store.findSession(id<SessionId>('swap'))).toEqual(
      session('swap', { refreshHash: 'swap 2', idleAt: 12_000 }),
    );
  });

  test('a refresh token that comes back after it was swapped ends its session', async () => {
    await at.store.createSession(session('theft'));
    await rotate(at.store, 'theft 1', 'theft 2');
    expect(await rotate(at.store, 'theft 1', 'theft 3')).toBeUndefined();
    expect(await at.store.findSession(id<SessionId>('theft'))).toMatchObject({ endedAt: 2000 });
    expect(await rotate(at.store, 'theft 2', 'theft 4')).toBeUndefined();
  });

  test('of two who swap the same token at once, one wins, and then the session is dead', async () => {
    await at.store.createSession(session('race'));
    const both = await Promise.all(['a', 'b'].map((next) => rotate(at.store, 'race 1', `race ${next}`)));
    expect(both.filter(Boolean)).toHaveLength(1);
    expect((await at.store.findSession(id<SessionId>('race')))?.endedAt).toBe(2000);
  });

  test('a session that is over, idle or ended is not refreshed', async () => {
    await at.store.createSession(session('idle'));
    expect(await rotate(at.store, 'idle 1', 'idle 2', 10_000)).toBeUndefined();
    await at.store.createSession(session('over', { expiresAt: 2000 }));
    expect(await rotate(at.store, 'over 1', 'over 2')).toBeUndefined();
    await at.store.createSession(session('ended'));
    await at.store.endSession(id<SessionId>('ended'), 1500);
    expect(await rotate(at.store, 'ended 1', 'ended 2')).toBeUndefined();
    expect(await rotate(at.store, 'nobody’s', 'x')).toBeUndefined();
  });

  test('ending all sessions of Bo names those that lived, and leaves Ada’s', async () => {
    for (const name of ['bo-1', 'bo-2', 'bo-3']) {
      await at.store.createSession(session(name, { userId: bo.userId }));
    }
    await at.store.endSession(id<SessionId>('bo-3'), 1500);
    expect((await at.store.endSessionsOf(shop, bo.userId, 1800)).toSorted()).toEqual(['bo-1', 'bo-2']);
    expect(await at.store.findSession(id<SessionId>('bo-3'))).toMatchObject({ endedAt: 1500 });
    expect((await at.store.findSession(id<SessionId>('swap')))?.endedAt).toBeUndefined();
  });

  test('nobody unknown has a session', async () => {
    const ghost = session('ghost', { userId: id<UserId>('ghost') });
    await expect(at.store.createSession(ghost)).rejects.toMatchObject({ refusal: 'user.not_found' });
  });

  test('what ended long ago is forgotten, and nothing else', async () => {
    const day = 24 * 60 * 60_000;
    await at.store.createSession(session('ancient', { expiresAt: 3000 }));
    await rotate(at.store, 'ancient 1', 'ancient 2');
    await at.store.createSession(session('recent', { expiresAt: 9000 }));
    await at.store.useTicket({ appId: shop, jti: 'ancient', expiresAt: 3000 });
    await at.store.forgetExpired(4000 + day);
    expect(await at.store.findSession(id<SessionId>('ancient'))).toBeUndefined();
    expect(await at.store.findSession(id<SessionId>('recent'))).toBeDefined();
    expect(await at.store.useTicket({ appId: shop, jti: 'ancient', expiresAt: 3000 })).toBe(true);
    expect(await at.store.useTicket({ appId: shop, jti: 'one', expiresAt: 5000 })).toBe(false);
  });

  test('an app and a user are found as they were last put', async () => {
    const app = { appId: shop, secretHash: 'new hash', secretWrapped: 'w2', origins: [] };
    await at.store.putApp(app);
    expect(await at.store.findApp(shop)).toEqual(app);
    expect(await at.store.findAppBySecretHash('new hash')).toEqual(app);
    expect(await at.store.findAppBySecretHash('hash')).toBeUndefined();
    expect(await at.store.listApps()).toEqual([app]);
    const profile = { userId: ada.userId, name: 'Ada L.', avatar: 'a', remark: 'r', urole: 'user' as const };
    await at.store.putUser(shop, profile);
    expect(await at.store.findUser(shop, ada.userId)).toEqual(profile);
    expect(await at.store.findUser(shop, id<UserId>('ghost'))).toBeUndefined();
  });
});
