import { SYSTEM, id, limits, type DlgId, type FileId, type UserId } from '@trialogue/protocol';
import type { DlgFilter } from '@trialogue/protocol/api';
import { ada, bo, cy, mal, shop, type Person } from '@trialogue/testkit';
import { beforeAll, describe, expect, test } from 'vitest';

import type { Place } from '../../chat/ports.ts';
import { as, draftFrom, everything, newPlace, openedStore, say, stores } from '../storesUnderTest.ts';

/** A second agent, in none of the conversations of the others. */
const dee: Person = { userId: id<UserId>('dee'), name: 'Dee', urole: 'service' };

const line = (content: string, epoch = 1) => draftFrom({ userId: SYSTEM }, content, { epoch });
const lines = () => ({
  closed: line('closed'),
  ratingRequest: line('how was it?'),
  reopened: line('reopened'),
  taken: line('taken'),
  handedOver: line('handed over'),
});
const notMember = { refusal: 'conversation.not_member' };
const notService = { refusal: 'desk.not_service' };

describe.for(stores)('the desk in %s', ([, open]) => {
  const at = openedStore(open);
  beforeAll(() => at.store.putUser(shop, { ...dee, avatar: '', remark: '' }));

  const deskOf = (place: Place) => at.store.readDesk(as(cy), place.dlgId, 'desk');
  const patch = (place: Place, change: object, by = cy, now = 5000) =>
    at.store.patchDesk(as(by), place.dlgId, { lines: lines(), now, ...change });
  const call = (place: Place, by = ada, now = 4000) =>
    at.store.callService(as(by), place.dlgId, { line: line('called'), now });
  const join = (place: Place, by = dee, now = 6000) =>
    at.store.joinConversation(as(by), place.dlgId, { joined: line('joined'), taken: line('taken'), now, room: limits });
  const openLane = (place: Place, by = cy) =>
    at.store.openLane(as(by), place.dlgId, {
      dlgId: id<DlgId>(`lane-${Math.random()}`.replace('.', '')),
      key: { epoch: 1, wrapped: `lane key ${Math.random()}` },
      now: 2000,
    });
  const add = (place: Place, { userId }: Person, epoch = 1) =>
    at.store.addMembers(place, { members: [{ userId, notice: line('joined', epoch) }], now: 3000 });
  const remove = (place: Place, { userId }: Person, epoch: number, laneEpoch?: number) =>
    at.store.removeMember(place, {
      userId,
      key: { epoch, wrapped: `key ${epoch}` },
      notice: line('left', epoch),
      now: 3000,
      ...(laneEpoch && { laneKey: { epoch: laneEpoch, wrapped: `lane key ${laneEpoch}` } }),
    });
  const said = async (place: Place) => (await everything(at.store, place)).map(({ content }) => content);

  describe('where a conversation stands', () => {
    test('who waits, and since when, is known to its customer service', async () => {
      const place = await newPlace(at.store);
      expect(await deskOf(place)).toEqual({ status: 'open', assignee: null, waiting: [], calledAt: null });
      await say(at.store, place, ada, 'hello?', 2000);
      await say(at.store, place, ada, 'anybody?', 2100);
      await say(at.store, place, bo, 'me too', 2200);
      expect((await deskOf(place)).waiting).toEqual([
        { urole: 'user', since: 2000 },
        { urole: 'merchant', since: 2200 },
      ]);
      await say(at.store, place, cy, 'yes', 2300);
      expect((await deskOf(place)).waiting).toEqual([]);
    });

    test('what the server says, or says again, makes nobody wait', async () => {
      const place = await newPlace(at.store);
      const draft = draftFrom(ada, 'once');
      await at.store.appendMessage(as(ada), place.dlgId, draft, 2000);
      await say(at.store, place, cy, 'yes', 2300);
      await at.store.appendMessage(as(ada), place.dlgId, draft, 9000);
      await at.store.appendFor(place, line('x'), 9000);
      expect((await deskOf(place)).waiting).toEqual([]);
      await at.store.appendFor(place, draftFrom(bo, 'for Bo'), 9001);
      expect((await deskOf(place)).waiting).toEqual([{ urole: 'merchant', since: 9001 }]);
    });

    test('closing ends every wait, and writes two lines; closing again writes none', async () => {
      const place = await newPlace(at.store);
      await say(at.store, place, ada, 'hello?');
      const { desk, messages } = await patch(place, { status: 'closed' });
      expect(desk).toEqual({ status: 'closed', assignee: null, waiting: [], calledAt: null });
      expect(messages.map(({ content, seq }) => [seq, content])).toEqual([
        [2, 'closed'],
        [3, 'how was it?'],
      ]);
      expect(await patch(place, { status: 'closed' })).toEqual({ desk, messages: [] });
      expect(await said(place)).toEqual(['hello?', 'closed', 'how was it?']);
    });

    test('a message of a shopper opens it again, and says that a line about it is due', async () => {
      const place = await newPlace(at.store);
      await patch(place, { status: 'closed' });
      expect(await say(at.store, place, cy, 'by the way')).not.toHaveProperty('reopened');
      expect((await deskOf(place)).status).toBe('closed');
      expect(await say(at.store, place, ada, 'still broken')).toMatchObject({ reopened: true });
      expect((await deskOf(place)).status).toBe('open');
      await patch(place, { status: 'pending' });
      expect(await say(at.store, place, bo, 'shipped')).not.toHaveProperty('reopened');
      expect((await deskOf(place)).status).toBe('open');
    });

    test('it is kept closed as long as nothing came after the message that it is about', async () => {
      const place = await newPlace(at.store);
      await patch(place, { status: 'closed' });
      const { seq } = await say(at.store, place, ada, 'five stars');
      await at.store.keepClosed(place, seq - 1);
      expect((await deskOf(place)).status).toBe('open');
      await at.store.keepClosed(place, seq);
      expect(await deskOf(place)).toMatchObject({ status: 'closed', waiting: [] });
    });

    test('it is opened again by hand, with a line; out of pending without', async () => {
      const place = await newPlace(at.store);
      await patch(place, { status: 'closed' });
      expect((await patch(place, { status: 'open' })).messages).toMatchObject([{ content: 'reopened' }]);
      expect((await patch(place, { status: 'pending' })).messages).toEqual([]);
      expect((await patch(place, { status: 'open' })).messages).toEqual([]);
    });

    test('it is taken, handed over to one of its customer service, and put down', async () => {
      const place = await newPlace(at.store, [ada, cy, dee]);
      const take = await patch(place, { assignee: cy.userId });
      expect([take.desk.assignee, take.messages.map(({ content }) => content)]).toEqual(['cy', ['taken']]);
      const over = await patch(place, { assignee: dee.userId });
      expect([over.desk.assignee, over.messages.map(({ content }) => content)]).toEqual(['dee', ['handed over']]);
      expect(await patch(place, { assignee: null })).toMatchObject({ desk: { assignee: null }, messages: [] });
      for (const other of [ada.userId, mal.userId, id<UserId>('ghost')]) {
        await expect(patch(place, { assignee: other })).rejects.toMatchObject({ refusal: 'member.not_found' });
      }
    });

    test('whoever leaves looks after it no more', async () => {
      const place = await newPlace(at.store, [ada, cy, dee]);
      await patch(place, { assignee: dee.userId });
      await remove(place, dee, 2);
      expect((await deskOf(place)).assignee).toBeNull();
    });

    test('under a key that is not the newest nothing is changed', async () => {
      const place = await newPlace(at.store);
      await remove(place, bo, 2);
      await expect(patch(place, { status: 'closed' })).rejects.toMatchObject({ refusal: 'key.stale_epoch' });
      await expect(call(place)).rejects.toMatchObject({ refusal: 'key.stale_epoch' });
      expect(await deskOf(place)).toMatchObject({ status: 'open', calledAt: null });
    });

    test('only customer service in it may ask and change; strangers learn nothing', async () => {
      const place = await newPlace(at.store);
      const nowhere = { ...place, dlgId: id<DlgId>('nowhere') };
      for (const deed of [
        (where: Place, by: Person) => at.store.readDesk(as(by), where.dlgId, 'desk'),
        (where: Place, by: Person) => patch(where, { status: 'closed' }, by),
        (where: Place, by: Person) => openLane(where, by),
        (where: Place, by: Person) => at.store.readCustomer(as(by), where.dlgId),
      ]) {
        for (const member of [ada, bo]) await expect(deed(place, member)).rejects.toMatchObject(notService);
        for (const stranger of [mal, dee]) {
          await expect(deed(place, stranger)).rejects.toMatchObject(notMember);
          await expect(deed(nowhere, stranger)).rejects.toMatchObject(notMember);
        }
      }
    });
  });

  describe('calls', () => {
    const queue = async (by = dee, only?: DlgId) =>
      (await at.store.listQueue(as(by, only), { page: 1, size: 100 })).list.map(({ dlgId }) => dlgId);

    test('a call without customer service in the conversation is in the queue until somebody comes', async () => {
      const place = await newPlace(at.store, [ada, bo]);
      expect(await call(place)).toMatchObject({ calledAt: 4000, messages: [{ content: 'called', seq: 1 }] });
      expect(await call(place, bo, 4500)).toEqual({ calledAt: 4000, messages: [] });
      expect(await queue()).toContain(place.dlgId);
      expect(await queue(cy)).toContain(place.dlgId);
      expect(await join(place)).toMatchObject({
        desk: { assignee: 'dee', calledAt: null, status: 'open', waiting: [{ urole: 'user', since: 4000 }] },
        messages: [{ content: 'joined' }, { content: 'taken' }],
      });
      expect(await queue()).not.toContain(place.dlgId);
      expect((await at.store.membersOf(place)).map(({ userId, urole }) => [userId, urole])).toContainEqual([
        'dee',
        'service',
      ]);
    });

    test('a row of the queue shows who calls and nothing of what was said', async () => {
      const place = await newPlace(at.store, [ada, bo]);
      await say(at.store, place, ada, 'secret');
      await call(place);
      const { list } = await at.store.listQueue(as(dee), { page: 1, size: 100 });
      const row = list.find(({ dlgId }) => dlgId === place.dlgId);
      expect(row).toMatchObject({ name: '龙井 order', calledAt: 4000, members: [{ userId: 'ada' }, { userId: 'bo' }] });
      expect(Object.keys(row ?? {}).sort()).toEqual(['appId', 'calledAt', 'dlgId', 'members', 'name']);
    });

    test('of two who come at once, the second comes too late', async () => {
      const place = await newPlace(at.store, [ada, bo]);
      await call(place);
      const came = await Promise.allSettled([join(place, dee), join(place, cy)]);
      expect(came.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(came.find(({ status }) => status === 'rejected')).toMatchObject({ reason: notMember });
    });

    test('nobody comes uncalled, and nobody but customer service comes', async () => {
      const uncalled = await newPlace(at.store, [ada, bo]);
      await expect(join(uncalled)).rejects.toMatchObject(notMember);
      const called = await newPlace(at.store, [ada, bo]);
      await call(called);
      await expect(join(called, mal)).rejects.toMatchObject(notMember);
      await expect(join(called, bo)).rejects.toMatchObject(notService);
      const served = await newPlace(at.store, [ada, cy]);
      await call(served);
      await expect(join(served)).rejects.toMatchObject(notMember);
      expect(await queue()).not.toContain(served.dlgId);
      expect((await deskOf(served)).calledAt).toBe(4000);
      await expect(at.store.listQueue(as(bo), { page: 1, size: 9 })).rejects.toMatchObject(notService);
      await expect(call(called, mal)).rejects.toMatchObject(notMember);
    });

    test('an answer of customer service, its taking it and a closing all end a call', async () => {
      for (const end of [
        (place: Place) => say(at.store, place, cy, 'here'),
        (place: Place) => patch(place, { assignee: cy.userId }),
        (place: Place) => patch(place, { status: 'closed' }),
        (place: Place) => join(place, cy),
      ]) {
        const place = await newPlace(at.store);
        await call(place);
        await end(place);
        expect((await deskOf(place)).calledAt).toBeNull();
        expect(await call(place, ada, 9000)).toMatchObject({ calledAt: expect.any(Number), messages: [{}] });
      }
    });

    test('a call opens what was closed', async () => {
      const place = await newPlace(at.store);
      await patch(place, { status: 'closed' });
      await call(place);
      expect(await deskOf(place)).toMatchObject({ status: 'open', waiting: [{ urole: 'user' }] });
    });

    test('who came by a link to one conversation sees no other in the queue', async () => {
      const [one, other] = [await newPlace(at.store, [ada, bo]), await newPlace(at.store, [ada, bo])];
      await call(one);
      await call(other);
      expect(await queue(dee, one.dlgId)).toEqual([one.dlgId]);
      const byLink = at.store.joinConversation(as(dee, one.dlgId), other.dlgId, {
        joined: line('joined'),
        taken: line('taken'),
        now: 1,
        room: limits,
      });
      await expect(byLink).rejects.toMatchObject(notMember);
    });
  });

  describe('the lists', () => {
    const eve: Person = { userId: id<UserId>('eve'), name: 'Eve', urole: 'service' };
    const places: Record<string, Place> = {};
    const nameOf = (dlgId: DlgId) => Object.keys(places).find((name) => places[name]?.dlgId === dlgId);
    beforeAll(async () => {
      await at.store.putUser(shop, { ...eve, avatar: '', remark: '' });
      for (const name of ['new', 'waiting', 'longer', 'mine', 'others', 'pending', 'closed', 'notServing']) {
        places[name] = await newPlace(at.store, [ada, bo, dee]);
        await at.store.addMembers(places[name], {
          members: [
            { userId: eve.userId, notice: line('joined'), ...(name === 'notServing' && { urole: 'merchant' }) },
          ],
          now: 1500,
        });
      }
      const place = (name: string) => places[name] as Place;
      await say(at.store, place('longer'), bo, '?', 2000);
      await say(at.store, place('longer'), ada, '?', 9000);
      await say(at.store, place('waiting'), ada, '?', 3000);
      await patch(place('mine'), { assignee: eve.userId }, eve, 4000);
      await patch(place('others'), { assignee: dee.userId }, eve, 4100);
      await patch(place('pending'), { status: 'pending' }, eve, 4200);
      await patch(place('closed'), { status: 'closed', assignee: eve.userId }, eve, 4300);
      await say(at.store, place('notServing'), ada, '?', 4400);
    });
    const listed = async (filter: DlgFilter, more: object = {}) => {
      const page = await at.store.listConversations(as(eve), { page: 1, size: 50, filter, ...more });
      return [page.total, ...page.list.map(({ dlgId }) => nameOf(dlgId))];
    };

    test('by whose they are, who waits and how they stand', async () => {
      expect(await listed('mine')).toEqual([1, 'mine']);
      expect(await listed('pending')).toEqual([1, 'pending']);
      expect(await listed('closed')).toEqual([1, 'closed']);
      expect(await listed('open')).toEqual([5, 'longer', 'others', 'mine', 'waiting', 'new']);
      expect((await listed('all'))[0]).toBe(8);
    });

    test('those who wait longest come first', async () => {
      expect(await listed('waiting')).toEqual([2, 'longer', 'waiting']);
      expect(await listed('waiting', { page: 2, size: 1 })).toEqual([2, 'waiting']);
    });

    test('how they stand is told of those only in which one is customer service', async () => {
      const { list } = await at.store.listConversations(as(eve), { page: 1, size: 50 });
      const desks = Object.fromEntries(list.map(({ dlgId, desk }) => [nameOf(dlgId), desk]));
      expect(desks['notServing']).toBeUndefined();
      expect(desks['mine']).toEqual({ status: 'open', assignee: 'eve', waiting: [], calledAt: null });
      for (const { desk } of (await at.store.listConversations(as(ada), { page: 1, size: 50 })).list) {
        expect(desk).toBeUndefined();
      }
      expect((await at.store.listConversations(as(ada), { page: 1, size: 50, filter: 'open' })).total).toBe(0);
    });
  });

  describe('notes', () => {
    const laneAt = async (place: Place, by = cy) => ({ appId: shop, dlgId: await openLane(place, by) });
    const idsIn = async (place: Place) => (await at.store.membersOf(place)).map(({ userId }) => userId);

    test('are made once, for the customer service of the conversation', async () => {
      const place = await newPlace(at.store, [ada, bo, cy, dee]);
      expect(await at.store.laneOf(place)).toBeUndefined();
      const [one, two] = await Promise.all([openLane(place, cy), openLane(place, dee)]);
      expect(two).toBe(one);
      expect(await at.store.laneOf(place)).toBe(one);
      const lane = { appId: shop, dlgId: one };
      expect(await idsIn(lane)).toEqual(['cy', 'dee']);
      await say(at.store, lane, cy, 'careful with this one');
      expect(await said(lane)).toEqual(['careful with this one']);
      expect(await said(place)).toEqual([]);
      expect(await at.store.readPage(as(dee), one, { limit: 10 })).toMatchObject({ head: 1 });
      expect(await deskOf(place)).toMatchObject({ waiting: [] });
    });

    test('are for nobody else in it, whatever they try', async () => {
      const place = await newPlace(at.store);
      const { dlgId } = await laneAt(place);
      const file = { fileId: id<FileId>(`f${Math.random()}`), metaSealed: 'm', keyWrapped: 'k', size: 1, createdAt: 1 };
      for (const person of [ada, bo, mal, dee]) {
        const actor = as(person);
        for (const deed of [
          () => at.store.enterConversation(actor, dlgId),
          () => at.store.readPage(actor, dlgId, { limit: 10 }),
          () => at.store.readMessage(actor, dlgId, 1),
          () => at.store.listMembers(actor, dlgId),
          () => at.store.raiseMarks(actor, dlgId, { readSeq: 1 }),
          () => at.store.appendMessage(actor, dlgId, draftFrom(person, 'x'), 1),
          () => at.store.putFile(actor, dlgId, { ...file, uploaderId: person.userId }),
          () => at.store.findFile(actor, dlgId, file.fileId),
          () => at.store.callService(actor, dlgId, { line: line('x'), now: 1 }),
        ]) {
          await expect(deed()).rejects.toMatchObject(notMember);
        }
      }
    });

    test('are in nobody’s list, count as nobody’s conversation, and are nothing to the platform', async () => {
      const fay: Person = { userId: id<UserId>('fay'), name: 'Fay', urole: 'service' };
      await at.store.putUser(shop, { ...fay, avatar: '', remark: '' });
      const place = await newPlace(at.store, [ada, fay]);
      const lane = await laneAt(place, fay);
      await say(at.store, lane, fay, 'note');
      const page = await at.store.listConversations(as(fay), { page: 1, size: 50 });
      expect([page.total, page.list.map(({ dlgId }) => dlgId)]).toEqual([1, [place.dlgId]]);
      expect(await at.store.findConversation(lane)).toBeUndefined();
      const notFound = { refusal: 'conversation.not_found' };
      await expect(add(lane, ada)).rejects.toMatchObject(notFound);
      await expect(remove(lane, fay, 2)).rejects.toMatchObject(notFound);
      await expect(at.store.appendFor(lane, draftFrom(fay, 'x'), 1)).rejects.toMatchObject(notFound);
      const other = await newPlace(at.store, [ada]);
      const added = at.store.addMembers(other, {
        members: [{ userId: fay.userId, notice: line('joined') }],
        now: 1,
        room: { ...limits, groupsPerAgent: 2 },
      });
      expect((await added).added).toEqual(['fay']);
    });

    test('a conversation has notes, and notes have none; they are no conversation of the desk', async () => {
      const { dlgId } = await laneAt(await newPlace(at.store));
      await expect(openLane({ appId: shop, dlgId })).rejects.toMatchObject(notMember);
      await expect(patch({ appId: shop, dlgId }, { status: 'closed' })).rejects.toMatchObject(notMember);
      await expect(join({ appId: shop, dlgId }, cy)).rejects.toMatchObject(notMember);
    });

    test('customer service that comes later is let in; others are not', async () => {
      const place = await newPlace(at.store, [bo, cy]);
      const lane = await laneAt(place);
      await add(place, ada);
      expect(await idsIn(lane)).toEqual(['cy']);
      await add(place, dee);
      expect(await idsIn(lane)).toEqual(['cy', 'dee']);
    });

    test('one who joins out of the queue is let in too', async () => {
      const place = await newPlace(at.store, [ada, cy]);
      const lane = await laneAt(place);
      await say(at.store, lane, cy, 'note');
      await remove(place, cy, 2, 2);
      await at.store.callService(as(ada), place.dlgId, { line: line('called', 2), now: 4000 });
      await at.store.joinConversation(as(dee), place.dlgId, {
        joined: line('joined', 2),
        taken: line('taken', 2),
        now: 6000,
        room: limits,
      });
      expect(await idsIn(lane)).toEqual(['dee']);
      expect((await at.store.readPage(as(dee), lane.dlgId, { limit: 9 })).list).toHaveLength(1);
    });

    test('whoever is removed leaves them in the same moment, and both begin a new epoch (I21)', async () => {
      const place = await newPlace(at.store, [ada, cy, dee]);
      const lane = await laneAt(place);
      await expect(remove(place, dee, 2)).rejects.toMatchObject({ refusal: 'key.stale_epoch' });
      await expect(remove(place, dee, 2, 7)).rejects.toMatchObject({ refusal: 'key.stale_epoch' });
      expect(await idsIn(lane)).toEqual(['cy', 'dee']);
      await remove(place, dee, 2, 2);
      expect(await idsIn(lane)).toEqual(['cy']);
      await expect(at.store.readPage(as(dee), lane.dlgId, { limit: 1 })).rejects.toMatchObject(notMember);
      expect((await at.store.headsOf([place, lane])).map(({ epoch }) => epoch)).toEqual([2, 2]);
      await expect(say(at.store, lane, cy, 'old key')).rejects.toMatchObject({ refusal: 'key.stale_epoch' });
      expect((await at.store.keysOf(lane)).map(({ epoch }) => epoch)).toEqual([1, 2]);
      // Ada is in no notes: of those nothing changes.
      await remove(place, ada, 3);
      expect((await at.store.headsOf([lane]))[0]?.epoch).toBe(2);
    });

    test('one who is customer service no longer can do nothing there, though nobody was removed', async () => {
      const gus: Person = { userId: id<UserId>('gus'), name: 'Gus', urole: 'service' };
      await at.store.putUser(shop, { ...gus, avatar: '', remark: '' });
      const place = await newPlace(at.store, [ada, cy, gus]);
      const lane = await laneAt(place);
      await at.store.readPage(as(gus), lane.dlgId, { limit: 1 });
      await at.store.putUser(shop, { ...gus, urole: 'merchant', avatar: '', remark: '' });
      await expect(at.store.readPage(as(gus), lane.dlgId, { limit: 1 })).rejects.toMatchObject(notMember);
      await expect(say(at.store, lane, gus, 'x')).rejects.toMatchObject(notMember);
      expect(await idsIn(lane)).toEqual(['cy']);
    });

    test('who came by a link to the conversation may open its notes, and no others', async () => {
      const [place, other] = [await newPlace(at.store), await newPlace(at.store)];
      const [lane, foreign] = [await laneAt(place), await laneAt(other)];
      const actor = as(cy, place.dlgId);
      await at.store.readPage(actor, lane.dlgId, { limit: 1 });
      await expect(at.store.readPage(actor, foreign.dlgId, { limit: 1 })).rejects.toMatchObject(notMember);
      await expect(
        at.store.openLane(actor, other.dlgId, { dlgId: id<DlgId>('x'), key: { epoch: 1, wrapped: 'k' }, now: 1 }),
      ).rejects.toMatchObject(notMember);
    });

    test('a note about a change is kept with it, or neither is', async () => {
      const place = await newPlace(at.store, [ada, cy, dee]);
      const lane = await laneAt(place);
      const note = (epoch = 1) => ({ lane: lane.dlgId, draft: draftFrom(cy, 'look at the photo', { epoch }) });
      const over = { assignee: dee.userId, note: note() };
      expect(await patch(place, over)).toMatchObject({ note: { seq: 1, content: 'look at the photo' } });
      // Asked for again after a lost answer.
      expect(await patch(place, { ...over, note: note() })).not.toHaveProperty('note');
      await expect(patch(place, { assignee: cy.userId, note: note(5) })).rejects.toMatchObject({
        refusal: 'key.stale_epoch',
      });
      expect((await deskOf(place)).assignee).toBe('dee');
      expect(await patch(place, { note: note() })).toMatchObject({ note: { seq: 2 }, messages: [] });
      expect(await said(lane)).toHaveLength(2);
    });
  });

  describe('what is kept for the desk', () => {
    test('replies of the app come first, then one’s own; nobody sees those of another', async () => {
      const reply = (replyId: string, sealed: string, most = 9, now = 1) => ({ replyId, sealed, now, most });
      await at.store.putReply(as(cy), reply('hi', 'own', 9, 1));
      await at.store.putAppReply(shop, reply('hi', 'app', 9, 2));
      await at.store.putAppReply(shop, reply('bye', 'app too', 9, 3));
      expect(await at.store.listReplies(as(cy))).toEqual([
        { replyId: 'hi', sealed: 'app', scope: 'app' },
        { replyId: 'bye', sealed: 'app too', scope: 'app' },
        { replyId: 'hi', sealed: 'own', scope: 'own' },
      ]);
      expect(await at.store.listReplies(as(dee))).toHaveLength(2);
      await at.store.removeReply(as(dee), 'hi');
      await at.store.putReply(as(cy), reply('hi', 'other words', 1));
      await expect(at.store.putReply(as(cy), reply('more', 'x', 1))).rejects.toMatchObject({
        refusal: 'reply.too_many',
      });
      expect((await at.store.listReplies(as(cy)))[2]).toMatchObject({ sealed: 'other words' });
      await at.store.removeReply(as(cy), 'hi');
      await at.store.removeReply(as(cy), 'hi');
      await at.store.removeAppReply(shop, 'bye');
      expect(await at.store.listReplies(as(cy))).toEqual(await at.store.listAppReplies(shop));
      for (const deed of [
        () => at.store.listReplies(as(ada)),
        () => at.store.putReply(as(bo), reply('x', 'x')),
        () => at.store.removeReply(as(ada), 'x'),
      ]) {
        await expect(deed()).rejects.toMatchObject(notService);
      }
    });

    test('what the platform says of a user is shown until it says nothing', async () => {
      const place = await newPlace(at.store);
      await at.store.putUserCustom(shop, ada.userId, 'sealed');
      const sealedOf = async () =>
        (await at.store.readCustomer(as(cy), place.dlgId)).members.map(({ userId, sealed }) => [userId, sealed]);
      expect(await sealedOf()).toEqual([
        ['ada', 'sealed'],
        ['bo', undefined],
        ['cy', undefined],
      ]);
      await at.store.putUserCustom(shop, ada.userId, undefined);
      expect((await sealedOf())[0]).toEqual(['ada', undefined]);
      await expect(at.store.putUserCustom(shop, id<UserId>('ghost'), 'x')).rejects.toMatchObject({
        refusal: 'user.not_found',
      });
    });
  });
});
