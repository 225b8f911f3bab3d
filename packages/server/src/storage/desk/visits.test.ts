import { SYSTEM, id, limits, type DlgId, type UserId } from '@trialogue/protocol';
import { ada, bo, cy, mal, shop, type Person } from '@trialogue/testkit';
import { beforeAll, describe, expect, test } from 'vitest';

import type { Place } from '../../chat/ports.ts';
import { migrate } from '../migrations/migrate.ts';
import { sqliteMigrations } from '../migrations/sqlite.ts';
import { IN_MEMORY, openDatabase } from '../sqlite/database.ts';
import { atomicallyOn } from '../sqlite/groupCommit.ts';
import { as, draftFrom, everything, newPlace, openedStore, say, stores } from '../storesUnderTest.ts';

const dee: Person = { userId: id<UserId>('dee'), name: 'Dee', urole: 'service' };
const line = (content: string, epoch = 1) => draftFrom({ userId: SYSTEM }, content, { epoch });
const notMember = { refusal: 'conversation.not_member' };

describe.for(stores)('visits, calls and counts in %s', ([, open]) => {
  const at = openedStore(open);
  beforeAll(() => at.store.putUser(shop, { ...dee, avatar: '', remark: '' }));

  const visit = async (place: Place, by = ada, lines: object = { greeting: line('hello'), form: line('form') }) =>
    (await at.store.visitConversation(as(by), place.dlgId, { ...lines, now: 3000 })).map(({ content }) => content);
  const call = (place: Place, { by = ada, now = 4000, form = true } = {}) =>
    at.store.callService(as(by), place.dlgId, { line: line('called'), ...(form && { form: line('form') }), now });
  const setStatus = (place: Place, status: 'open' | 'pending' | 'closed') =>
    at.store.patchDesk(as(cy), place.dlgId, { status, lines: {}, now: 5000 });
  const said = async (place: Place) => (await everything(at.store, place)).map(({ content }) => content);

  describe('client.md §4.5 M "welcome": at most once a session', () => {
    test('a shopper is greeted once, however often they come, and however many of them at once', async () => {
      const place = await newPlace(at.store);
      expect((await Promise.all([visit(place), visit(place)])).flat()).toEqual(['hello', 'form']);
      expect(await visit(place)).toEqual([]);
      expect(await said(place)).toEqual(['hello', 'form']);
      expect(await at.store.readVisit(as(ada), place.dlgId)).toEqual({ greeting: false, form: false });
    });

    test('nobody but a shopper is, and it is no call and no wait', async () => {
      const place = await newPlace(at.store);
      for (const other of [bo, cy]) expect(await visit(place, other)).toEqual([]);
      expect(await visit(place)).toEqual(['hello', 'form']);
      expect(await at.store.readDesk(as(cy), place.dlgId, 'desk')).toMatchObject({ waiting: [], calledAt: null });
      await expect(visit(place, mal)).rejects.toMatchObject(notMember);
    });

    test('what is closed is read, not visited; the next word in it begins another session', async () => {
      const place = await newPlace(at.store);
      await visit(place);
      await setStatus(place, 'closed');
      expect(await visit(place)).toEqual([]);
      await say(at.store, place, ada, 'once more');
      expect(await visit(place)).toEqual(['hello', 'form']);
    });

    test('also when nobody has ever come, and when a rating was all that came since', async () => {
      const place = await newPlace(at.store);
      await setStatus(place, 'closed');
      expect(await visit(place)).toEqual([]);
      const { seq } = await say(at.store, place, ada, 'five stars');
      await at.store.keepClosed(place, seq);
      expect(await visit(place)).toEqual([]);
    });

    test('customer service who opens it again goes on with the same session', async () => {
      const place = await newPlace(at.store);
      await visit(place);
      await setStatus(place, 'closed');
      await setStatus(place, 'open');
      expect(await visit(place)).toEqual([]);
    });

    test('what is not given is due still', async () => {
      const place = await newPlace(at.store);
      expect(await visit(place, ada, {})).toEqual([]);
      expect(await visit(place, ada, { form: line('form') })).toEqual(['form']);
      expect(await at.store.readVisit(as(ada), place.dlgId)).toEqual({ greeting: true, form: false });
      expect(await visit(place)).toEqual(['hello']);
    });

    test('a line that is sealed under an older key is not written, and nothing counts as said', async () => {
      const place = await newPlace(at.store);
      await expect(visit(place, ada, { greeting: line('hello', 2) })).rejects.toMatchObject({
        refusal: 'key.stale_epoch',
      });
      expect(await visit(place)).toEqual(['hello', 'form']);
    });
  });

  describe('client.md §4.5 M "off-hours": the form comes where it leads to somebody', () => {
    test('with the visit where customer service is a member, with the call where it is not: once', async () => {
      const [served, alone] = [await newPlace(at.store), await newPlace(at.store, [ada, bo])];
      expect(await visit(served)).toEqual(['hello', 'form']);
      await call(served);
      expect(await said(served)).toEqual(['hello', 'form', 'called']);
      expect(await visit(alone)).toEqual(['hello']);
      expect((await call(alone)).messages.map(({ content }) => content)).toEqual(['called', 'form']);
      await call(alone, { now: 9000 });
      expect(await said(alone)).toEqual(['hello', 'called', 'form']);
    });
  });

  describe('client.md §4.5 M "queue": the place of a call', () => {
    const stateOf = (place: Place, by = ada) => at.store.readCall(as(by), place.dlgId);
    const before = async (place: Place) => (await stateOf(place)).before ?? NaN;

    test('is how many called earlier and wait still', async () => {
      const places = await Promise.all([1, 2, 3].map(() => newPlace(at.store, [ada, bo])));
      const [first, second, third] = places as [Place, Place, Place];
      for (const [nth, place] of places.entries()) await call(place, { now: 10_000 + nth });
      const others = await before(first);
      expect([await before(second), await before(third)]).toEqual([others + 1, others + 2]);
      expect(await stateOf(third, bo)).toEqual({ calledAt: 10_002, before: others + 2 });
      await at.store.joinConversation(as(dee), first.dlgId, {
        joined: line('joined'),
        taken: line('taken'),
        now: 11_000,
        room: limits,
      });
      expect([await before(second), await before(third)]).toEqual([others, others + 1]);
      expect(await stateOf(first)).toEqual({ calledAt: null, before: null });
    });

    test('of two who called in the same moment, one is first', async () => {
      const places = await Promise.all([1, 2].map(() => newPlace(at.store, [ada, bo])));
      for (const place of places) await call(place, { now: 20_000 });
      const [one = 0, other = 0] = await Promise.all(places.map(before));
      expect(Math.abs(one - other)).toBe(1);
    });

    test('is nothing to who has not called, is served, or is not in it', async () => {
      const [quiet, served] = [await newPlace(at.store, [ada, bo]), await newPlace(at.store)];
      expect(await stateOf(quiet)).toEqual({ calledAt: null, before: null });
      await call(served);
      expect(await stateOf(served)).toEqual({ calledAt: 4000, before: null });
      await expect(stateOf(quiet, mal)).rejects.toMatchObject(notMember);
      const [nowhere] = [id<DlgId>('nowhere')];
      await expect(at.store.readCall(as(ada), nowhere)).rejects.toMatchObject(notMember);
    });

    test('far behind, one is told so and not how far', async () => {
      const last = await newPlace(at.store, [ada, bo]);
      for (let n = 0; n < 101; n++) await call(await newPlace(at.store, [ada, bo]), { now: 30_000 + n, form: false });
      await call(last, { now: 40_000 });
      expect(await before(last)).toBe(100);
    });
  });

  test('client.md §4.5 W: each list of the desk is counted as it is listed', async () => {
    const eve: Person = { userId: id<UserId>('eve'), name: 'Eve', urole: 'service' };
    await at.store.putUser(shop, { ...eve, avatar: '', remark: '' });
    const own = () => newPlace(at.store, [ada, eve]);
    const [mine, waiting, pending, closed] = [await own(), await own(), await own(), await own()];
    const patch = (place: Place, change: object) =>
      at.store.patchDesk(as(eve), place.dlgId, { ...change, lines: {}, now: 5000 });
    await patch(mine, { assignee: eve.userId });
    await say(at.store, waiting, ada, 'hello?');
    await patch(pending, { status: 'pending' });
    await patch(closed, { status: 'closed' });
    await call(await newPlace(at.store, [ada, bo]));

    const counts = await at.store.countDesk(as(eve));
    expect(counts).toEqual({ all: 4, mine: 1, waiting: 1, queue: expect.any(Number), open: 2, pending: 1, closed: 1 });
    for (const filter of ['all', 'mine', 'waiting', 'open', 'pending', 'closed'] as const) {
      const { total } = await at.store.listConversations(as(eve), { page: 1, size: 1, filter });
      expect([filter, total]).toEqual([filter, counts[filter]]);
    }
    expect(counts.queue).toBe((await at.store.listQueue(as(eve), { page: 1, size: 1 })).total);
    expect(counts.queue).toBeGreaterThan(0);

    // A link leads to one of them, and a merchant has no desk.
    expect(await at.store.countDesk(as(eve, waiting.dlgId))).toMatchObject({ all: 1, waiting: 1, mine: 0, queue: 0 });
    expect(await at.store.countDesk(as(mal))).toEqual({
      ...{ all: 0, mine: 0, waiting: 0, queue: 0 },
      ...{ open: 0, pending: 0, closed: 0 },
    });
  });

  test('what an app has settled is kept as it is, and replaced', async () => {
    expect(await at.store.readSettings(shop)).toBeUndefined();
    await at.store.putSettings(shop, 'sealed once');
    await at.store.putSettings(shop, 'sealed twice');
    expect(await at.store.readSettings(shop)).toBe('sealed twice');
  });

  test('the role of a member is the one they have there', async () => {
    const place = await newPlace(at.store);
    expect(await at.store.roleAt(as(cy), place.dlgId)).toBe('service');
    await expect(at.store.roleAt(as(mal), place.dlgId)).rejects.toMatchObject(notMember);
  });
});

test('who talked before there were greetings is not greeted in the middle of it', async () => {
  const db = openDatabase(IN_MEMORY);
  const atomically = { atomically: <T>(work: Parameters<typeof atomicallyOn<T>>[1]) => atomicallyOn(db, work) };
  await migrate(atomically, sqliteMigrations.slice(0, 3));
  await db.query(`INSERT INTO apps (app_id, secret_hash, secret_wrapped, origins) VALUES ('shop', 'h', 'w', '[]')`);
  for (const [dlgId, lastSeq] of [
    ['talked', 7],
    ['empty', 0],
  ] as const) {
    await db.query(
      `INSERT INTO conversations (app_id, dlg_id, name, epoch, last_seq, spoken, updated_at) VALUES ('shop', $1, '', 1, $2, 0, 0)`,
      dlgId,
      lastSeq,
    );
  }
  await migrate(atomically, sqliteMigrations);
  expect(await db.query(`SELECT dlg_id, greeted, form_given FROM conversations ORDER BY dlg_id`)).toEqual([
    { dlg_id: 'empty', greeted: 0, form_given: 0 },
    { dlg_id: 'talked', greeted: 1, form_given: 0 },
  ]);
  db.close();
});
