import { setTimeout as pause } from 'node:timers/promises';

import { SYSTEM, id, type DlgId, type SessionId, type UserId } from '@trialogue/protocol';
import { ada, bo, cy, shop, type Person } from '@trialogue/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Place } from '../chat/ports.ts';
import type { Storage } from './commands.ts';
import { as, clusters, draftFrom, everything, newPlace, putCast } from './storesUnderTest.ts';

const notice = (epoch = 1) => draftFrom({ userId: SYSTEM }, 'notice', { epoch });
const range = (count: number) => Array.from({ length: count }, (_, at) => at);
const fresh = (() => {
  let last = 0;
  return (what: string) => `${what}-${++last}`;
})();

/** `done`, or the name of the refusal. Anything else is a bug, and fails the test. */
const outcomeOf = (deed: Promise<unknown>): Promise<string> =>
  deed.then(
    () => 'done',
    (error: { refusal?: string }) => {
      if (error.refusal === undefined) throw error;
      return error.refusal;
    },
  );

/** So many of each, whatever the order. */
const tally = (all: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const one of all) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
};

describe.for(clusters)('at the same time, on several nodes with %s', ([, open]) => {
  let nodes: Storage[];
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ nodes, close } = await open());
    await putCast(node(0));
  });
  afterAll(() => close());

  const node = (at: number): Storage => nodes[at % nodes.length] as Storage;
  const send = (at: number, place: Place, person: Person, content: string, epoch = 1) =>
    node(at).appendMessage(as(person), place.dlgId, draftFrom(person, content, { epoch }), 2000 + at);

  test('sends to one conversation have one place each: no hole, no two alike, as they were answered (I5, I6)', async () => {
    const place = await newPlace(node(0));
    const people = [ada, bo, cy];
    const sent = await Promise.all(
      range(150).map(async (at) => ({
        content: `${at}`,
        ...(await send(at, place, people[at % 3] ?? ada, `${at}`)),
      })),
    );
    const log = await everything(node(1), place);
    expect(log.map(({ seq }) => seq)).toEqual(range(150).map((at) => at + 1));
    const bySeq = sent.toSorted((a, b) => a.seq - b.seq);
    expect(log.map(({ content, msgId, sentAt }) => ({ content, msgId, sentAt }))).toEqual(
      bySeq.map(({ content, msgId, sentAt }) => ({ content, msgId, sentAt })),
    );
    expect(log.map(({ sentAt }) => sentAt)).toEqual(log.map(({ sentAt }) => sentAt).toSorted((a, b) => a - b));
    const { list } = await node(2).listConversations(as(ada), { page: 1, size: 100 });
    expect(list.find(({ dlgId }) => dlgId === place.dlgId)).toMatchObject({ head: 150, unread: 100 });
  });

  test('sends of one person on one node are stored in the order in which they were asked (I10)', async () => {
    const place = await newPlace(node(0));
    const other = await newPlace(node(0));
    await Promise.all(range(300).map((at) => send(0, at % 5 === 0 ? other : place, ada, `${at}`)));
    const order = (await everything(node(0), place)).map(({ content }) => Number(content));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  test('sends to many conversations do not meet', async () => {
    const places = await Promise.all(range(12).map((at) => newPlace(node(at))));
    const asked = range(240).flatMap((at) => {
      const place = places[(at * 7) % places.length];
      return place ? [send(at, place, at % 2 ? ada : bo, `${at}`)] : [];
    });
    await Promise.all(asked);
    for (const place of places) {
      expect((await everything(node(0), place)).map(({ seq }) => seq)).toEqual(range(20).map((at) => at + 1));
    }
  });

  test('one message sent again and again is stored once, and all have one answer (I4, I7)', async () => {
    const place = await newPlace(node(0));
    const draft = draftFrom(ada, 'once');
    const answers = await Promise.all(
      range(30).map((at) => node(at).appendMessage(as(ada), place.dlgId, { ...draft, msgId: id(fresh('m')) }, 2000)),
    );
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(new Set(answers.map(({ seq, msgId, sentAt }) => `${seq} ${msgId} ${sentAt}`)).size).toBe(1);
    expect(await everything(node(1), place)).toHaveLength(1);
  });

  test('of several contents under one id one is stored, and the others are told so (I7)', async () => {
    const place = await newPlace(node(0));
    const draft = draftFrom(ada, '');
    const outcomes = await Promise.all(
      range(12).map((at) =>
        outcomeOf(node(at).appendMessage(as(ada), place.dlgId, { ...draft, content: `${at}` }, 2000)),
      ),
    );
    expect(tally(outcomes)).toEqual({ done: 1, 'message.id_conflict': 11 });
  });

  test('whoever is removed in the middle of a talk has said nothing after it (I20)', async () => {
    const place = await newPlace(node(0));
    const before = range(60).map((at) => outcomeOf(send(at, place, at % 2 ? bo : ada, at % 2 ? 'bo' : 'ada')));
    const removed = node(1).removeMember(place, {
      userId: bo.userId,
      key: { epoch: 2, wrapped: 'key 2' },
      notice: notice(2),
      now: 3000,
    });
    const meanwhile = range(60).map((at) => outcomeOf(send(at, place, at % 2 ? bo : ada, at % 2 ? 'bo' : 'ada')));
    const gone = await removed;
    const after = await Promise.all(
      range(6).map((at) => outcomeOf(send(at, place, at % 2 ? bo : ada, at % 2 ? 'bo' : 'ada', at % 2 ? 1 : 2))),
    );
    expect(tally(after)).toEqual({ done: 3, 'conversation.not_member': 3 });
    const outcomes = tally(await Promise.all([...before, ...meanwhile]));
    const { done = 0, 'conversation.not_member': shut = 0, 'key.stale_epoch': stale = 0 } = outcomes;
    expect(done + shut + stale).toBe(120);
    const log = await everything(node(2), place);
    expect(log.map(({ seq }) => seq)).toEqual(range(log.length).map((at) => at + 1));
    expect(log).toHaveLength(done + 1 + 3);
    expect(log.filter(({ seq, content }) => seq > gone.seq && content === 'bo')).toEqual([]);
  });

  test('marks only rise, and what is unread stays right, whoever reads, says and forgets meanwhile (I23)', async () => {
    const place = await newPlace(node(0));
    for (const at of range(30)) await send(at, place, at % 3 ? ada : bo, `${at}`);
    const marks = range(40).map((at) => node(at).raiseMarks(as(bo), place.dlgId, { readSeq: 1 + ((at * 11) % 25) }));
    const sends = range(40).map((at) => send(at, place, at % 3 ? ada : bo, `${at}`));
    const drops = range(3).map((at) => node(at).dropMessages(2010, 5000));
    await Promise.all([...marks, ...sends, ...drops]);
    const { me, conversation } = await node(1).enterConversation(as(bo), place.dlgId);
    expect(me.readSeq).toBe(25);
    const log = await everything(node(1), place);
    expect(log.map(({ seq }) => seq)).toEqual(range(log.length).map((at) => at + conversation.minSeq));
    const unread = log.filter(({ seq, fromuid }) => seq > 25 && fromuid !== bo.userId).length;
    const { list } = await node(2).listConversations(as(bo), { page: 1, size: 100 });
    expect(list.find(({ dlgId }) => dlgId === place.dlgId)).toMatchObject({ unread, readSeq: 25, head: 70 });
  });

  test('what several nodes drop at once goes once, and what was said meanwhile can go later (I17)', async () => {
    const places = await Promise.all(range(24).map((at) => newPlace(node(at))));
    for (const place of places) for (const at of range(2)) await send(at, place, ada, `${at}`);
    const dropAll = async (at: number, before: number) => {
      while ((await node(at).dropMessages(before, 9000)) > 0);
    };
    // Some before, some in the middle and some after: what is dropped is all that a conversation has, or not.
    const saySome = async (place: Place, from: number) => {
      await pause(from * 4);
      for (const at of range(3)) {
        await node(from + at).appendMessage(as(ada), place.dlgId, draftFrom(ada, 'late'), 8000);
      }
    };
    await Promise.all([...range(3).map((at) => dropAll(at, 2005)), ...places.map(saySome)]);
    await dropAll(0, 2005);
    for (const place of places) {
      expect((await everything(node(0), place)).map(({ seq }) => seq)).toEqual([3, 4, 5]);
    }
    await dropAll(1, 8001);
    for (const place of places) {
      const left = await node(2).readPage(as(ada), place.dlgId, { after: 0, limit: 10 });
      expect(left).toMatchObject({ list: [], head: 5, minSeq: 6 });
    }
  });

  test('a newer socket shuts out the older one on every node (I28)', async () => {
    const place = await newPlace(node(0));
    const tab = (fence: number) => ({ ...as(ada), client: { sid: id<never>(`tab of ${place.dlgId}`), fence } });
    await node(0).raiseFence(tab(1), 2000);
    const sends = (fence: number) =>
      range(30).map((at) =>
        outcomeOf(node(at).appendMessage(tab(fence), place.dlgId, draftFrom(ada, `${fence}`), 2000)),
      );
    for (const at of range(20)) await send(at, place, bo, 'news');
    const old = sends(1);
    const marks = range(20).map((at) => outcomeOf(node(at).raiseMarks(tab(1), place.dlgId, { readSeq: at + 1 })));
    const standing = async () => {
      const said = (await everything(node(2), place)).filter(({ content }) => content === '1').length;
      return { said, readSeq: (await node(2).enterConversation(as(ada), place.dlgId)).me.readSeq };
    };
    const raised = await Promise.all(range(6).map((at) => node(at).raiseFence(tab(2), 2000)));
    expect(tally(raised.map(String))).toEqual({ true: 1, false: 5 });
    const then = await standing();
    await Promise.all([...old, ...marks]);
    expect(await standing()).toEqual(then);
    expect(tally(await Promise.all([...sends(2), ...sends(1)]))).toEqual({ done: 30, 'socket.replaced': 30 });
    const kept = tally(await Promise.all(old))['done'] ?? 0;
    const texts = (await everything(node(1), place)).slice(20).map(({ content }) => content);
    expect(texts).toEqual([...Array<string>(kept).fill('1'), ...Array<string>(30).fill('2')]);
  });

  test('a ticket is for the first, and a refresh token that comes twice ends its session', async () => {
    const ticket = { appId: shop, jti: fresh('jti'), expiresAt: 9e12 };
    const used = await Promise.all(range(12).map((at) => node(at).useTicket(ticket)));
    expect(tally(used.map(String))).toEqual({ true: 1, false: 11 });

    const sessionId = id<SessionId>(fresh('session'));
    const ends = { createdAt: 1, expiresAt: 9e12, idleAt: 9e12 };
    await node(0).createSession({ sessionId, appId: shop, userId: ada.userId, refreshHash: sessionId, ...ends });
    const swapped = await Promise.all(
      range(6).map((at) =>
        node(at).rotateRefresh({ oldHash: sessionId, newHash: fresh('hash'), now: 5, idleAt: 9e12 }),
      ),
    );
    expect(swapped.filter((session) => session !== undefined)).toHaveLength(1);
    expect((await node(1).findSession(sessionId))?.endedAt).toBe(5);
  });

  test('nobody comes to be in more conversations than one may, nor more in one', async () => {
    const userId = id<UserId>(fresh('eve'));
    await node(0).putUser(shop, { userId, name: 'Eve', avatar: '', remark: '', urole: 'user' });
    const room = { membersPerGroup: 4, groupsPerUser: 5, groupsPerAgent: 5 };
    const places: Place[] = [];
    const created = await Promise.all(
      range(12).map((at) => {
        const place = { appId: shop, dlgId: id<DlgId>(fresh('crowd')) };
        places.push(place);
        const key = { epoch: 1, wrapped: 'key' };
        return outcomeOf(node(at).createConversation({ ...place, name: '', members: [{ userId }], key, now: 1, room }));
      }),
    );
    expect(tally(created)).toEqual({ done: 5, 'user.too_many_groups': 7 });

    const place = await newPlace(node(0), [ada]);
    const crowd = range(9).map(() => id<UserId>(fresh('fan')));
    for (const fan of crowd) {
      await node(0).putUser(shop, { userId: fan, name: '', avatar: '', remark: '', urole: 'user' });
    }
    const added = await Promise.all(
      crowd.map((fan, at) =>
        outcomeOf(node(at).addMembers(place, { members: [{ userId: fan, notice: notice() }], now: 2, room })),
      ),
    );
    expect(tally(added)).toEqual({ done: 3, 'member.too_many': 6 });
    expect(await node(1).membersOf(place)).toHaveLength(4);
  });

  test('of those who make one conversation, or its notes, or take back one message, one does', async () => {
    const dlgId = id<DlgId>(fresh('one'));
    const made = await Promise.all(
      range(8).map((at) =>
        outcomeOf(
          node(at).createConversation({
            appId: shop,
            dlgId,
            name: '',
            members: [{ userId: ada.userId }, { userId: cy.userId }],
            key: { epoch: 1, wrapped: fresh('key') },
            now: 1,
          }),
        ),
      ),
    );
    expect(tally(made)).toEqual({ done: 1, 'conversation.exists': 7 });

    const lanes = await Promise.all(
      range(8).map((at) =>
        node(at).openLane(as(cy), dlgId, {
          dlgId: id<DlgId>(fresh('lane')),
          key: { epoch: 1, wrapped: fresh('key') },
          now: 2,
        }),
      ),
    );
    expect(new Set(lanes).size).toBe(1);

    const place = { appId: shop, dlgId };
    const { seq } = await send(0, place, ada, 'oops');
    const recall = { seq, tombstone: 't', notBefore: 0, now: 3 };
    const recalled = await Promise.all(
      range(8).map((at) => node(at).recallMessage(as(ada), dlgId, { ...recall, notice: notice() })),
    );
    expect(recalled.filter((answer) => !('repeated' in answer))).toHaveLength(1);
    expect(await everything(node(1), place)).toHaveLength(2);
  });

  test('of those who call, one line is said; of those who come to help, one is let in', async () => {
    const place = await newPlace(node(0), [ada, bo]);
    const calls = await Promise.all(
      range(6).map((at) => node(at).callService(as(ada), place.dlgId, { line: notice(), now: 2 })),
    );
    expect(new Set(calls.map(({ calledAt }) => calledAt)).size).toBe(1);
    expect(await everything(node(1), place)).toHaveLength(1);

    const helpers = range(6).map(() => id<UserId>(fresh('helper')));
    for (const userId of helpers) {
      await node(0).putUser(shop, { userId, name: '', avatar: '', remark: '', urole: 'service' });
    }
    const room = { membersPerGroup: 50, groupsPerUser: 50, groupsPerAgent: 50 };
    const came = await Promise.all(
      helpers.map((userId, at) =>
        outcomeOf(
          node(at).joinConversation({ ...as(ada), userId, appId: shop }, place.dlgId, {
            joined: notice(),
            taken: notice(),
            now: 3,
            room,
          }),
        ),
      ),
    );
    expect(tally(came)).toEqual({ done: 1, 'conversation.not_member': 5 });
    expect(await node(2).membersOf(place)).toHaveLength(3);
  });
});
