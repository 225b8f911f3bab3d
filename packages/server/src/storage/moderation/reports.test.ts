import { randomBytes } from 'node:crypto';

import { SYSTEM, id, type AppId } from '@trialogue/protocol';
import { ada, bo, cy, mal, shop } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import type { Place } from '../../chat/ports.ts';
import { hashOf } from '../contentHash.ts';
import { as, draftFrom, newPlace, openedStore, say, stores } from '../storesUnderTest.ts';

describe.for(stores)('reports in %s', ([, open]) => {
  const at = openedStore(open);
  const evidence = (place: Place, seq = 1, by = bo) => at.store.readEvidence(as(by), place.dlgId, seq);
  const put = (place: Place, { seq = 1, by = bo, now = 3000, sealed = 'sealed' } = {}) =>
    at.store.putReport(as(by), place.dlgId, { reportId: randomBytes(8).toString('hex'), seq, sealed, now });
  const listed = async (status: 'open' | 'resolved' | 'all', of: Place) =>
    (await at.store.listReports(shop, { status, page: 1, size: 100 })).list.filter(({ dlgId }) => dlgId === of.dlgId);

  test('a message is proved by its envelope; when that is gone, by its hash, for as long as that is kept', async () => {
    const place = await newPlace(at.store);
    await say(at.store, place, ada, 'the envelope', 2000);
    const sent = { fromuid: 'ada', sentAt: 2000, contentHash: hashOf('the envelope') };
    expect(await evidence(place)).toMatchObject({ ...sent, content: 'the envelope' });
    const notice = draftFrom({ userId: SYSTEM }, 'recalled');
    await at.store.recallMessage(as(ada), place.dlgId, { seq: 1, tombstone: '…', notice, notBefore: 0, now: 2100 });
    expect(await evidence(place)).toMatchObject(sent);
    expect(await evidence(place)).not.toHaveProperty('content');
    while ((await at.store.dropMessages(2500, 2600)) > 0);
    expect(await evidence(place)).toMatchObject(sent);
    expect(await evidence(place)).not.toHaveProperty('content');
    await expect(evidence(place, 9)).rejects.toMatchObject({ refusal: 'message.not_found' });
    await expect(evidence(place, 1, mal)).rejects.toMatchObject({ refusal: 'conversation.not_member' });
  });

  test('of two reports of one member about one message the first stays; another member has one of their own', async () => {
    const place = await newPlace(at.store);
    await say(at.store, place, ada, 'rude');
    const [first, second, other] = [
      await put(place),
      await put(place, { sealed: 'other' }),
      await put(place, { by: cy }),
    ];
    expect(second).toBe(first);
    expect(other).not.toBe(first);
    expect((await at.store.findReport(shop, first))?.sealed).toBe('sealed');
    await expect(put(place, { by: mal })).rejects.toMatchObject({ refusal: 'conversation.not_member' });
  });

  test('they are listed newest first, by where they stand, and to their own app', async () => {
    const place = await newPlace(at.store);
    for (const seq of [1, 2, 3]) await say(at.store, place, ada, `${seq}`, 2000 + seq);
    const ids = [];
    for (const seq of [1, 2, 3]) ids.push(await put(place, { seq, now: 3000 + seq }));
    const [one = '', two = '', three = ''] = ids;
    await at.store.resolveReport(shop, two, { sealed: 'resolved', now: 4000 });
    expect((await listed('open', place)).map(({ reportId }) => reportId)).toEqual([three, one]);
    expect(await listed('resolved', place)).toMatchObject([{ reportId: two, sealed: 'resolved', resolvedAt: 4000 }]);
    expect(await listed('all', place)).toHaveLength(3);
    const coffee = id<AppId>('coffee');
    expect(await at.store.findReport(coffee, one)).toBeUndefined();
    await at.store.resolveReport(coffee, one, { sealed: 'stolen', now: 4000 });
    expect(await at.store.findReport(shop, one)).toMatchObject({ sealed: 'sealed', resolvedAt: null });
    expect(await at.store.listReports(coffee, { status: 'all', page: 1, size: 9 })).toEqual({ list: [], total: 0 });
    const page = await at.store.listReports(shop, { status: 'all', page: 2, size: 1 });
    expect(page.list).toHaveLength(1);
    expect(page.total).toBeGreaterThanOrEqual(3);
  });

  test('they go when they are old, and with their conversation', async () => {
    const place = await newPlace(at.store);
    for (const seq of [1, 2]) await say(at.store, place, ada, `${seq}`);
    await put(place, { seq: 1, now: 1 });
    await put(place, { seq: 2, now: 3000 });
    expect(await at.store.dropReports(id<AppId>('coffee'), 2)).toBe(0);
    expect(await at.store.dropReports(shop, 2)).toBe(1);
    expect(await listed('all', place)).toMatchObject([{ seq: 2 }]);
    await at.store.shredConversation(place);
    expect(await listed('all', place)).toEqual([]);
  });
});
