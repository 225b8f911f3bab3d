import { randomBytes } from 'node:crypto';

import { open, seal } from '@trialogue/crypto';
import { id, type ClientMsgId, type DlgId, type UserId } from '@trialogue/protocol';
import { ada, bo, cy, mal, shop, tea, type Person } from '@trialogue/testkit';
import { beforeEach, describe, expect, test } from 'vitest';

import type { Place } from '../../chat/ports.ts';
import { as } from '../../storage/storesUnderTest.ts';
import { openShop, teaPlace, type Shop } from '../shopUnderTest.ts';

const dee: Person = { userId: id<UserId>('dee'), name: 'Dee', urole: 'service' };
const cake: Place = { appId: shop, dlgId: id<DlgId>('cake') };

let at: Shop;
beforeEach(async () => {
  at = await openShop();
  await at.platform.putUser(shop, dee);
});

/** The conversation as a person sees it, payload by payload. */
async function seen(by: Person, dlgId: DlgId = tea): Promise<{ type: string; event?: string; text?: string }[]> {
  const { dlgKey } = await at.chat.enter(as(by), dlgId);
  const { list } = await at.chat.history(as(by), dlgId, { limit: 200 });
  return list.map(({ content }) => JSON.parse(open(content, dlgId, dlgKey)) as { type: string });
}

async function note(by: Person, lane: { dlgId: DlgId; dlgKey: string }, text: string) {
  const clientMsgId = id<ClientMsgId>(randomBytes(8).toString('hex'));
  const to = { ...lane, fromuid: by.userId, clientMsgId };
  await at.chat.send(as(by), {
    dlgId: lane.dlgId,
    clientMsgId,
    content: seal(JSON.stringify({ type: 'text', text }), to),
  });
}

const says = (event: string, userId: UserId) => ({ type: 'system', event, userId });
const toldOf = (dlgId: DlgId) => at.told.filter((notice) => 'dlgId' in notice && notice.dlgId === dlgId);

describe('closing', () => {
  test('says so, and asks the shopper how it was: sealed, once each time', async () => {
    await at.says(ada, '你好');
    await at.desk.patch(as(cy), tea, { status: 'closed' });
    await at.desk.patch(as(cy), tea, { status: 'closed' });
    expect(await seen(ada)).toEqual([
      { type: 'text', text: '你好' },
      says('closed', cy.userId),
      { type: 'ratingRequest' },
    ]);
    const { list } = await at.chat.history(as(ada), tea, {});
    expect(list.slice(1).map(({ fromuid }) => fromuid)).toEqual(['$system', '$system']);
    expect(toldOf(tea).map((notice) => notice.kind === 'message' && notice.message.seq)).toEqual([1, 2, 3]);
  });

  test('two who close at once close it once', async () => {
    await at.platform.addMembers(teaPlace, [dee]);
    await Promise.all([cy, dee].map((agent) => at.desk.patch(as(agent), tea, { status: 'closed' })));
    expect((await seen(ada)).filter(({ type }) => type === 'ratingRequest')).toHaveLength(1);
  });

  test('the next word of a shopper or of the platform for one opens it again, and everybody sees that', async () => {
    await at.desk.patch(as(cy), tea, { status: 'closed' });
    await at.says(ada, '还是坏的');
    expect((await seen(bo)).slice(2)).toEqual([{ type: 'text', text: '还是坏的' }, says('reopened', ada.userId)]);
    expect(toldOf(tea)).toHaveLength(4);
    await at.desk.patch(as(cy), tea, { status: 'closed' });
    const clientMsgId = id<ClientMsgId>('m1');
    await at.platform.post(teaPlace, { fromuid: bo.userId, clientMsgId, payload: { type: 'text', text: 'new cup' } });
    expect((await seen(ada)).at(-1)).toEqual(says('reopened', bo.userId));
  });

  test('the rating that was asked for leaves it closed; what comes with it opens it all the same', async () => {
    const { desk } = at;
    const stateOf = () => desk.patch(as(cy), tea, {});
    await desk.patch(as(cy), tea, { status: 'closed' });
    await at.says(ada, { type: 'rating', stars: 5, seq: 2 });
    expect(await stateOf()).toMatchObject({ status: 'closed', waiting: [] });
    expect((await seen(ada)).map(({ type }) => type)).toEqual(['system', 'ratingRequest', 'rating']);
    await at.says(ada, 'one more thing');
    expect(await stateOf()).toMatchObject({ status: 'open', waiting: [{ urole: 'user' }] });
    expect((await seen(ada)).at(-1)).toEqual(says('reopened', ada.userId));
  });

  test('that the line of it cannot be kept is no reason to refuse the message', async () => {
    await at.desk.patch(as(cy), tea, { status: 'closed' });
    const draft = await at.sealed(ada, 'hello');
    const node = await openShop({
      store: { ...at.store, appendFor: async () => Promise.reject(new Error('no')) },
      bus: at.bus,
    });
    expect(await node.chat.send(as(ada), draft)).toMatchObject({ seq: 3, repeated: false });
    expect(node.warned).toEqual(['desk: not said that it is open again']);
  });
});

describe('handing over', () => {
  test('says who has it now, and why only where customer service keeps its notes', async () => {
    await at.platform.addMembers(teaPlace, [dee]);
    await at.desk.patch(as(cy), tea, { assignee: cy.userId });
    const desk = await at.desk.patch(as(cy), tea, { assignee: dee.userId, note: '老客户，语气好一点' });
    expect(desk.assignee).toBe('dee');
    expect((await seen(ada)).slice(1)).toEqual([says('taken', cy.userId), says('handedOver', dee.userId)]);
    const { dlgId } = await at.desk.openNotes(as(dee), tea);
    expect(await seen(dee, dlgId)).toEqual([{ type: 'text', text: '老客户，语气好一点' }]);
    expect((await at.chat.history(as(dee), dlgId, {})).list[0]?.fromuid).toBe('cy');
    expect(toldOf(dlgId)).toMatchObject([{ kind: 'message', message: { seq: 1 } }]);
  });

  test('to somebody who is not customer service of it is refused, and leaves no note', async () => {
    for (const assignee of [ada.userId, dee.userId]) {
      await expect(at.desk.patch(as(cy), tea, { assignee, note: 'x' })).rejects.toMatchObject({
        refusal: 'member.not_found',
      });
    }
    expect(await at.desk.openNotes(as(cy), tea)).toMatchObject({ head: 0 });
  });

  test('nothing asked for is nothing done', async () => {
    expect(await at.desk.patch(as(cy), tea, {})).toMatchObject({ status: 'open' });
    expect(at.told).toEqual([]);
  });
});

describe('calling customer service', () => {
  beforeEach(() => at.platform.createGroup(shop, { groupId: cake.dlgId, name: 'Cake', members: [ada, bo] }));

  test('a call is a line, a place in the queue, and once answered a member', async () => {
    const { calledAt } = await at.desk.call(as(ada), cake.dlgId);
    at.clock.time += 1000;
    expect(await at.desk.call(as(bo), cake.dlgId)).toEqual({ calledAt });
    const row = { dlgId: 'cake', name: 'Cake', calledAt, members: [{ userId: 'ada' }, { userId: 'bo' }] };
    expect(await at.desk.queue(as(cy), {})).toMatchObject({ list: [row], total: 1, page: 1, size: 20 });
    expect(await at.desk.join(as(cy), cake.dlgId)).toMatchObject({ assignee: 'cy', calledAt: null });
    expect(await seen(cy, cake.dlgId)).toEqual([
      says('serviceCalled', ada.userId),
      says('joined', cy.userId),
      says('taken', cy.userId),
    ]);
    expect((await at.desk.queue(as(cy), {})).total).toBe(0);
    expect(await at.desk.join(as(cy), cake.dlgId)).toMatchObject({ assignee: 'cy' });
    expect(toldOf(cake.dlgId)).toHaveLength(3);
  });

  test('counts as a message, unless there is a call already', async () => {
    const strict = await openShop({ store: at.store, limits: { sendsPerUserBurst: 1, sendsPerUserPerMinute: 1 } });
    await strict.desk.call(as(ada), cake.dlgId);
    await strict.desk.call(as(ada), cake.dlgId);
    await expect(strict.desk.call(as(ada), tea)).rejects.toMatchObject({ refusal: 'rate.limited' });
    await strict.desk.call(as(bo), tea);
  });

  test('a conversation that is absent, one that is foreign and one that did not call are refused alike', async () => {
    for (const agent of [dee, mal]) {
      for (const dlgId of [id<DlgId>('nowhere'), tea, cake.dlgId]) {
        for (const deed of [
          () => at.desk.join(as(agent), dlgId),
          () => at.desk.call(as(agent), dlgId),
          () => at.desk.leave(as(agent), dlgId),
          () => at.desk.patch(as(agent), dlgId, { status: 'closed', note: 'x' }),
          () => at.desk.openNotes(as(agent), dlgId),
          () => at.desk.customer(as(agent), dlgId),
        ]) {
          await expect(deed()).rejects.toMatchObject({ refusal: 'conversation.not_member', detail: undefined });
        }
      }
    }
  });

  test('customer service leaves, and reads nothing that comes after (I21)', async () => {
    await at.platform.addMembers(teaPlace, [dee]);
    const before = { key: await at.dlgKeyOf(dee), lane: await at.desk.openNotes(as(dee), tea) };
    await at.desk.patch(as(dee), tea, { assignee: dee.userId });
    await at.desk.leave(as(dee), tea);
    expect((await seen(ada)).at(-1)).toEqual(says('left', dee.userId));
    await at.says(ada, 'later');
    const [later] = (await at.chat.history(as(ada), tea, { limit: 1 })).list;
    expect(() => open(later?.content ?? '', tea, before.key)).toThrow();
    const lane = await at.desk.openNotes(as(cy), tea);
    await note(cy, lane, 'she has left');
    const [noted] = (await at.chat.history(as(cy), lane.dlgId, {})).list;
    expect(() => open(noted?.content ?? '', lane.dlgId, before.lane.dlgKey)).toThrow();
    expect(open(noted?.content ?? '', lane.dlgId, lane.dlgKey)).toContain('she has left');
    await expect(at.chat.history(as(dee), lane.dlgId, {})).rejects.toMatchObject({
      refusal: 'conversation.not_member',
    });
    await expect(at.desk.leave(as(ada), tea)).rejects.toMatchObject({ refusal: 'desk.not_service' });
    expect(toldOf(lane.dlgId).map(({ kind }) => kind)).toEqual(['removed', 'key', 'message']);
  });
});

describe('notes', () => {
  test('have an id and a key of their own, which no other member is ever given', async () => {
    const lane = await at.desk.openNotes(as(cy), tea);
    await note(cy, lane, 'refund approved up to 50');
    expect(lane.dlgId).toMatch(/^[\w-]{22}$/);
    expect(lane.dlgKey).not.toBe(await at.dlgKeyOf(cy));
    const [noted] = (await at.chat.history(as(cy), lane.dlgId, {})).list;
    const dlgKey = await at.dlgKeyOf(ada);
    expect(() => open(noted?.content ?? '', lane.dlgId, dlgKey)).toThrow();
    for (const person of [ada, bo, mal]) {
      for (const deed of [
        () => at.chat.enter(as(person), lane.dlgId),
        () => at.chat.history(as(person), lane.dlgId, {}),
        () => at.chat.members(as(person), lane.dlgId),
        () => at.chat.markRead(as(person), lane.dlgId, 1),
        () => at.chat.openFile(as(person), lane.dlgId, 'f' as never),
        () => at.desk.openNotes(as(person), lane.dlgId),
      ]) {
        await expect(deed()).rejects.toMatchObject({ refusal: 'conversation.not_member' });
      }
      const { list } = await at.chat.conversations(as(person), {});
      expect(JSON.stringify(list)).not.toContain(lane.dlgId);
    }
    expect(JSON.stringify(await at.chat.conversations(as(cy), {}))).not.toContain(lane.dlgId);
    expect(await at.log.memberIds({ appId: shop, dlgId: lane.dlgId })).toEqual(['cy']);
  });

  test('are opened again as they were, with one’s own mark', async () => {
    const first = await at.desk.openNotes(as(cy), tea);
    await note(cy, first, 'one');
    await at.chat.markRead(as(cy), first.dlgId, 1);
    expect(await at.desk.openNotes(as(cy), tea)).toEqual({ ...first, head: 1, readSeq: 1 });
  });

  test('somebody who begins them while a member is removed keeps nobody in them', async () => {
    await at.platform.addMembers(teaPlace, [dee]);
    const late = await openShop({
      bus: at.bus,
      store: {
        ...at.store,
        async laneOf(place) {
          const found = await at.store.laneOf(place);
          if (found === undefined) await at.desk.openNotes(as(cy), tea);
          return found;
        },
      },
    });
    await late.platform.removeMember(teaPlace, dee.userId);
    const lane = await at.desk.openNotes(as(cy), tea);
    expect(await at.log.memberIds({ appId: shop, dlgId: lane.dlgId })).toEqual(['cy']);
    expect((await at.store.headsOf([{ appId: shop, dlgId: lane.dlgId }]))[0]?.epoch).toBe(2);
  });

  test('stand in the transcript only when asked for, marked, and in order of time', async () => {
    await at.says(ada, 'one');
    const lane = await at.desk.openNotes(as(cy), tea);
    at.clock.time += 1000;
    await note(cy, lane, 'a note');
    at.clock.time += 1000;
    await at.says(bo, 'two');
    at.clock.time += 1000;
    await note(cy, lane, 'another');
    const told = async (also?: { notes: boolean }) => {
      const lines = [];
      for await (const line of await at.platform.transcript(teaPlace, also)) {
        lines.push([line.lane, line.seq, (line.payload as { text: string }).text]);
      }
      return lines;
    };
    const plain = [
      [undefined, 1, 'one'],
      [undefined, 2, 'two'],
    ];
    expect(await told()).toEqual(plain);
    expect(await told({ notes: false })).toEqual(plain);
    expect(await told({ notes: true })).toEqual([plain[0], ['notes', 1, 'a note'], plain[1], ['notes', 2, 'another']]);
  });

  test('are no conversation of the platform’s', async () => {
    const { dlgId } = await at.desk.openNotes(as(cy), tea);
    const lane = { appId: shop, dlgId };
    const refusal = 'conversation.not_found';
    await expect(at.platform.transcript(lane)).rejects.toMatchObject({ refusal });
    await expect(at.platform.addMembers(lane, [ada])).rejects.toMatchObject({ refusal });
    await expect(at.platform.removeMember(lane, cy.userId)).rejects.toMatchObject({ refusal });
    const message = {
      fromuid: cy.userId,
      clientMsgId: id<ClientMsgId>('m1'),
      payload: { type: 'text', text: 'x' },
    } as const;
    await expect(at.platform.post(lane, message)).rejects.toMatchObject({ refusal });
  });
});

describe('what is shown beside a conversation', () => {
  test('canned replies lie sealed, each for its place', async () => {
    await at.deskPlatform.putReply(shop, 'hi', { title: '问候', text: '您好，{name}' });
    await at.desk.putReply(as(cy), 'bye', { title: '再见', text: '祝您愉快' });
    expect(await at.desk.replies(as(cy))).toEqual({
      list: [
        { replyId: 'hi', scope: 'app', title: '问候', text: '您好，{name}' },
        { replyId: 'bye', scope: 'own', title: '再见', text: '祝您愉快' },
      ],
    });
    const rows = await at.store.listReplies(as(cy));
    expect(JSON.stringify(rows)).not.toMatch(/问候|祝您/);
    const [app] = rows;
    if (!app) throw new Error('no reply');
    await at.store.putReply(as(cy), { ...app, replyId: 'forged', now: 1, most: 9 });
    await expect(at.desk.replies(as(cy))).rejects.toThrow();
  });

  test('there are so many replies and no more, for an agent and for an app', async () => {
    const few = await openShop({ store: at.store, limits: { repliesPerAgent: 1, repliesPerApp: 1 } });
    const words = { title: 't', text: 'x' };
    for (const put of [
      (replyId: string) => few.desk.putReply(as(cy), replyId, words),
      (replyId: string) => few.deskPlatform.putReply(shop, replyId, words),
    ]) {
      await put('one');
      await put('one');
      await expect(put('two')).rejects.toMatchObject({ refusal: 'reply.too_many' });
    }
  });

  test('what the platform says of a customer is for customer service, and lies sealed', async () => {
    const custom = { level: 'gold', phone: '138…', address: { city: '杭州' } };
    await at.deskPlatform.putCustom(shop, ada.userId, custom);
    const { members } = await at.desk.customer(as(cy), tea);
    expect(members[0]).toEqual({ userId: 'ada', name: ada.name, urole: 'user', remark: '', online: false, custom });
    expect(members[1]).not.toHaveProperty('custom');
    expect(JSON.stringify(await at.store.readCustomer(as(cy), tea))).not.toContain('杭州');
    await expect(at.desk.customer(as(ada), tea)).rejects.toMatchObject({ refusal: 'desk.not_service' });
    const small = await openShop({ store: at.store, limits: { customBytes: 10 } });
    await expect(small.deskPlatform.putCustom(shop, ada.userId, custom)).rejects.toMatchObject({
      refusal: 'request.too_large',
    });
    await at.deskPlatform.putCustom(shop, ada.userId, undefined);
    expect((await at.desk.customer(as(cy), tea)).members[0]).not.toHaveProperty('custom');
  });
});
