import { id, limits, SYSTEM, type DlgId, type SessionId } from '@trialogue/protocol';
import { ada, bo, cy, mal, shop, tea } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import { fakeShop, sealedUnder } from './fakes.ts';
import { handTimers, node, ops, seqs, settled } from './nodeUnderTest.ts';
import { bytesOf, type Outgoing } from './wire.ts';

const coffee = id<DlgId>('coffee');

describe('a message', () => {
  test('reaches all who follow the conversation, the sender too, as one frame built once', async () => {
    const at = node();
    const people = [await at.socketOf(ada.userId), await at.socketOf(bo.userId), await at.socketOf(cy.userId)];
    for (const person of people) await person.open();
    people[0]?.send('hello');
    await settled();
    expect(people.map(({ frames }) => ops(frames))).toEqual(['message ack', 'message', 'message']);
    const [first, ...others] = people.map(({ frames }) => frames[0] as Outgoing);
    for (const other of others) {
      expect(other).toBe(first);
      expect(bytesOf(other)).toBe(bytesOf(first as Outgoing));
    }
  });

  test('is only hinted at to a member who does not follow it, once for a whole turn', async () => {
    const at = node();
    const bosPhone = await at.socketOf(bo.userId);
    const outsider = await at.socketOf(mal.userId);
    for (let count = 0; count < 20; count++) at.append(tea, ada.userId, `c${count}`);
    await settled();
    expect(bosPhone.frames).toEqual([{ op: 'head', dlgId: tea, head: 20 }]);
    expect(outsider.frames).toEqual([]);
    expect(at.asked.memberIds).toBe(1);
  });

  test('is hinted at to a new member as soon as the server has written that they joined', async () => {
    const at = node();
    const newcomer = await at.socketOf(mal.userId);
    at.append(tea, ada.userId, 'before');
    await settled();
    at.createGroup(tea, ada.userId, mal.userId);
    at.append(tea, SYSTEM, 'joined');
    await settled();
    expect(newcomer.frames).toEqual([{ op: 'head', dlgId: tea, head: 1 }]);
  });

  test('whose notice the bus lost arrives with the next one, in order (I9)', async () => {
    const at = node();
    const ada_ = await at.socketOf(ada.userId);
    await ada_.open();
    at.loseNotices(2);
    for (const name of ['a', 'b', 'c']) at.append(tea, bo.userId, name);
    await settled();
    expect(seqs(ada_.frames)).toEqual([1, 2, 3]);
  });

  test('that was the last one and whose notice was lost arrives when the log is looked at (I15)', async () => {
    const at = node();
    const [first, second] = [await at.socketOf(ada.userId), await at.socketOf(bo.userId)];
    await first.open();
    await second.open();
    at.append(tea, cy.userId, 'heard');
    at.loseNotices(120);
    for (let count = 0; count < 120; count++) at.append(tea, cy.userId, `c${count}`);
    expect(seqs(first.frames)).toEqual([1]);
    await at.look();
    await settled();
    for (const { frames } of [first, second]) {
      expect(seqs(frames)).toEqual(Array.from({ length: 121 }, (_, seq) => seq + 1));
    }
  });

  test('sent in a row is stored and acked in that row, without waiting for the disk in between (I10)', async () => {
    const at = node();
    const sender = await at.socketOf(ada.userId);
    let release = () => {};
    at.disk.ready = new Promise((resolve) => (release = resolve));
    for (let count = 0; count < 40; count++) sender.send(`c${count}`);
    await settled();
    expect(sender.frames).toEqual([]);
    release();
    await settled();
    const acks = sender.frames.filter(({ op }) => op === 'ack');
    expect(acks).toMatchObject(
      Array.from({ length: 40 }, (_, count) => ({ clientMsgId: `c${count}`, seq: count + 1 })),
    );
  });
});

describe('membership', () => {
  test('who is removed gets left and nothing after it; those who stay get the new key (I20, I22)', async () => {
    const at = node();
    const [first, second] = [await at.socketOf(ada.userId), await at.socketOf(bo.userId)];
    await first.open();
    await second.open();
    at.remove(tea, bo.userId);
    await settled();
    at.append(tea, ada.userId, 'without Bo');
    await settled();
    expect(second.frames).toEqual([{ op: 'left', dlgId: tea }]);
    // What is sealed under the new key comes after it.
    expect(first.frames).toMatchObject([{ op: 'key', dlgKey: 'key-1+' }, { seq: 1, fromuid: SYSTEM }, { seq: 2 }]);
  });

  test('a removal whose notice was lost: no new key, and out at the latest with the next look (I20, I35)', async () => {
    const at = node();
    const bo_ = await at.socketOf(bo.userId);
    await bo_.open();
    at.loseNotices(1);
    at.remove(tea, bo.userId);
    await settled();
    expect(bo_.frames).toEqual([{ op: 'left', dlgId: tea }]);

    const again = node();
    const boAgain = await again.socketOf(bo.userId);
    await boAgain.open();
    again.loseNotices(3);
    again.remove(tea, bo.userId);
    await again.look();
    expect(boAgain.frames).toEqual([{ op: 'left', dlgId: tea }]);
  });

  test('a message under a newer key asks who is still in it: all word of the removal was lost (I20)', async () => {
    const at = node();
    const [stays, goes, elsewhere] = [
      await at.socketOf(ada.userId),
      await at.socketOf(bo.userId),
      await at.socketOf(bo.userId),
    ];
    await stays.open();
    await goes.open();
    at.append(tea, ada.userId, 'before', sealedUnder(1));
    await settled();
    at.loseNotices(3);
    at.remove(tea, bo.userId);
    goes.frames.length = elsewhere.frames.length = 0;
    at.append(tea, ada.userId, 'after', sealedUnder(2));
    await settled();
    expect(seqs(stays.frames)).toEqual([1, 2, 3]);
    expect(goes.frames).toEqual([{ op: 'left', dlgId: tea }]);
    expect(elsewhere.frames).toEqual([]);
  });

  test('nor is the removed one told by the very message that says so (I20)', async () => {
    const at = node();
    const [stays, goes] = [await at.socketOf(ada.userId), await at.socketOf(bo.userId)];
    await stays.open();
    await goes.open();
    at.append(tea, ada.userId, 'before', sealedUnder(1));
    await settled();
    goes.frames.length = 0;
    at.deafTo.add('removed').add('key');
    at.remove(tea, bo.userId);
    await settled();
    expect(seqs(stays.frames)).toEqual([1, 2]);
    expect(goes.frames).toEqual([{ op: 'left', dlgId: tea }]);
  });

  test('whose log is read for them is asked in the same breath whether they are still in it (I20)', async () => {
    const at = node();
    const goes = await at.socketOf(bo.userId);
    await goes.open();
    at.append(tea, ada.userId, 'before', sealedUnder(1));
    await settled();
    goes.frames.length = 0;
    at.deafTo.add('removed').add('key').add('message');
    at.append(tea, ada.userId, 'missed', sealedUnder(1));
    at.append(tea, ada.userId, 'late', sealedUnder(1));
    const [, , message] = await at.log.messagesAfter({ appId: shop, dlgId: tea }, 0, 3);
    at.remove(tea, bo.userId);
    at.deafTo.clear();
    if (message) await at.bus.tell({ kind: 'message', appId: shop, dlgId: tea, message });
    await settled();
    expect(goes.frames).toEqual([{ op: 'left', dlgId: tea }]);
  });

  test('who is removed while a node looks at the log gets nothing of what it finds (I20)', async () => {
    const at = node();
    const goes = await at.socketOf(bo.userId);
    await goes.open();
    const { messagesAfter } = at.log;
    at.deafTo.add('removed').add('key').add('message');
    at.append(tea, ada.userId, 'missed', sealedUnder(1));
    at.log.messagesAfter = async (...range) => {
      at.log.messagesAfter = messagesAfter;
      at.remove(tea, bo.userId);
      return messagesAfter(...range);
    };
    await at.look();
    expect(goes.frames.filter(({ op }) => op !== 'presence')).toEqual([{ op: 'left', dlgId: tea }]);
  });

  test('nor does a mark on a message nobody heard of get out to the one removed (I20)', async () => {
    const at = node();
    const [stays, goes] = [await at.socketOf(ada.userId), await at.socketOf(bo.userId)];
    await stays.open();
    await goes.open();
    at.append(tea, ada.userId, 'before', sealedUnder(1));
    await settled();
    at.loseNotices(3);
    at.remove(tea, bo.userId);
    goes.frames.length = stays.frames.length = 0;
    const mark = { kind: 'receipt' as const, appId: shop, dlgId: tea, userId: cy.userId, deliveredSeq: 2, readSeq: 0 };
    await at.bus.tell(mark);
    await settled();
    expect(ops(goes.frames)).toBe('');
    expect(ops(stays.frames)).toBe('receipt');
  });

  test('who is removed while the log is read for them gets nothing of what came after (I20)', async () => {
    const at = node();
    const goes = await at.socketOf(bo.userId);
    await goes.open();
    at.loseNotices(4);
    at.append(tea, ada.userId, 'missed', sealedUnder(1));
    at.remove(tea, bo.userId);
    await at.look();
    expect(goes.frames.filter(({ op }) => op !== 'presence')).toEqual([{ op: 'left', dlgId: tea }]);

    const again = node();
    const bo_ = await again.socketOf(bo.userId);
    await bo_.open();
    again.loseNotices(1);
    again.append(tea, ada.userId, 'missed', sealedUnder(1));
    again.deafTo.add('removed').add('key');
    again.append(tea, ada.userId, 'jumps', sealedUnder(1));
    again.remove(tea, bo.userId);
    await settled();
    expect(seqs(bo_.frames).every((seq) => seq <= 2)).toBe(true);
    expect(bo_.frames.at(-1)).toEqual({ op: 'left', dlgId: tea });
  });

  test('who has just come and is not known yet gets the message all the same', async () => {
    const at = node();
    const first = await at.socketOf(ada.userId);
    await first.open();
    at.append(tea, ada.userId, 'one', sealedUnder(1));
    await settled();
    at.deafTo.add('message');
    at.join(tea, mal.userId);
    const newcomer = await at.socketOf(mal.userId);
    await newcomer.open();
    at.deafTo.clear();
    at.append(tea, ada.userId, 'two', sealedUnder(1));
    await settled();
    expect(seqs(newcomer.frames)).toEqual([3]);
    expect(ops(newcomer.frames)).not.toContain('left');
  });

  test('an outsider cannot follow, and follows nothing (I20)', async () => {
    const at = node();
    const outsider = await at.socketOf(mal.userId);
    outsider.says({ op: 'open', id: 1, dlgId: tea });
    await settled();
    at.append(tea, ada.userId, 'secret');
    await settled();
    expect(outsider.frames).toMatchObject([{ op: 'refused', error: 'conversation.not_member' }]);
    expect([...at.registry.followersOf({ appId: shop, dlgId: tea })]).toEqual([]);
  });
});

describe('a session', () => {
  test('that is revoked is closed at once; the other device stays (I22)', async () => {
    const at = node();
    const phone = await at.socketOf(ada.userId, 'ada/phone');
    const desk = await at.socketOf(ada.userId, 'ada/desk');
    await at.bus.tell({ kind: 'revoked', appId: shop, userId: ada.userId, sessionIds: [id<SessionId>('phone')] });
    expect(phone.closes).toEqual(['auth.revoked']);
    expect(desk.closes).toEqual([]);
  });

  test('that is revoked while its token is being checked never comes in (I22)', async () => {
    const at = node();
    await at.bus.tell({ kind: 'revoked', appId: shop, userId: ada.userId, sessionIds: [id<SessionId>('phone')] });
    const late = await at.socketOf(ada.userId, 'ada/phone');
    expect(late.closes).toEqual(['auth.revoked']);
    expect(at.registry.isOnline(shop, ada.userId)).toBe(false);
  });

  test('makes its user online for as long as it lasts', async () => {
    const at = node();
    expect(at.registry.isOnline(shop, ada.userId)).toBe(false);
    const phone = await at.socketOf(ada.userId);
    const desk = await at.socketOf(ada.userId);
    await phone.open();
    phone.ends();
    expect(at.registry.isOnline(shop, ada.userId)).toBe(true);
    desk.ends();
    expect(at.registry.isOnline(shop, ada.userId)).toBe(false);
    expect(at.registry.followed()).toEqual([]);
  });

  test('leaves nothing behind when it ends while it comes in', async () => {
    const at = node();
    const phone = await at.socketOf(ada.userId);
    phone.says({ op: 'open', id: 1, dlgId: tea });
    phone.ends();
    await settled();
    expect(at.registry.followed()).toEqual([]);
  });
});

describe('typing', () => {
  const typed = (isTyping: boolean) => ({ op: 'typing', dlgId: tea, userId: ada.userId, isTyping });

  test('of who is muted nobody hears it, once the conversation says so', async () => {
    const at = node();
    const [typist, reader] = [await at.socketOf(ada.userId), await at.socketOf(bo.userId)];
    for (const socket of [typist, reader]) await socket.open();
    const heardTyping = async () => {
      reader.frames.length = 0;
      await at.clock.pass(3_000);
      typist.says({ op: 'typing', dlgId: tea, isTyping: true });
      await at.clock.pass(500);
      return reader.frames.filter(({ op }) => op === 'typing').length;
    };
    expect(await heardTyping()).toBe(1);
    at.muted.add(ada.userId);
    at.append(tea, SYSTEM, 'muted');
    expect(await heardTyping()).toBe(0);
    at.muted.delete(ada.userId);
    at.append(tea, SYSTEM, 'unmuted');
    expect(await heardTyping()).toBe(1);
  });

  test('is told to the others who have the conversation open, on every node, and to no socket of the typist', async () => {
    const shared = { shop: fakeShop(), clock: handTimers() };
    const [here, there] = [node(shared), node(shared)];
    const [typist, herDesk, reader] = [
      await here.socketOf(ada.userId),
      await here.socketOf(ada.userId),
      await there.socketOf(bo.userId),
    ];
    const [closed, outsider] = [await here.socketOf(cy.userId), await here.socketOf(mal.userId)];
    for (const socket of [typist, herDesk, reader, outsider]) await socket.open();
    typist.says({ op: 'typing', dlgId: tea, isTyping: true });
    outsider.says({ op: 'typing', dlgId: tea, isTyping: true });
    await settled();
    expect(reader.frames).toEqual([typed(true)]);
    for (const { frames } of [typist, herDesk, closed]) expect(frames).toEqual([]);
    typist.says({ op: 'typing', dlgId: tea, isTyping: false });
    await here.clock.pass(300);
    expect(reader.frames.filter(({ op }) => op === 'typing')).toEqual([typed(true), typed(false)]);
    expect(outsider.frames.filter(({ op }) => op === 'typing')).toEqual([]);
  });

  test('of one who was removed, or heard by one, does not happen though word of it was lost (I20)', async () => {
    const at = node();
    const [stays, goes] = [await at.socketOf(ada.userId), await at.socketOf(bo.userId)];
    await stays.open();
    await goes.open();
    at.deafTo.add('removed').add('key').add('message');
    at.remove(tea, bo.userId);
    await at.clock.pass(5_000);
    stays.frames.length = goes.frames.length = 0;
    goes.says({ op: 'typing', dlgId: tea, isTyping: true });
    stays.says({ op: 'typing', dlgId: tea, isTyping: true });
    await settled();
    expect(stays.frames).toEqual([]);
    expect(goes.frames).toEqual([]);
  });
});

describe('a socket that lags', () => {
  test('is told of heads only above 256 KiB, and gets all of it once it has read on (I24, I25)', async () => {
    const at = node();
    const slow = await at.socketOf(ada.userId);
    await slow.open();
    slow.unsent.bytes = limits.laggingBytes;
    at.append(tea, bo.userId, 'a');
    at.append(tea, bo.userId, 'b');
    await settled();
    expect(seqs(slow.frames)).toEqual([1, 2]);
    slow.unsent.bytes = limits.laggingBytes + 1;
    for (const name of ['c', 'd', 'e', 'f']) at.append(tea, bo.userId, name);
    await settled();
    // The third went out before it was seen that it was one too many.
    expect(slow.frames.slice(2)).toMatchObject([{ seq: 3 }, { op: 'head', head: 4 }]);
    slow.unsent.bytes = limits.laggingBytes / 2 + 1;
    await at.clock.pass(200);
    expect(seqs(slow.frames)).toEqual([1, 2, 3]);
    slow.unsent.bytes = limits.laggingBytes / 2;
    await at.clock.pass(50);
    at.append(tea, bo.userId, 'g');
    await settled();
    expect(seqs(slow.frames)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('that reads the log is given no more at once than it has room for (I24)', async () => {
    const at = node();
    const reader = await at.socketOf(ada.userId);
    await reader.open();
    at.loseNotices(60);
    for (let count = 0; count < 60; count++) at.append(tea, bo.userId, `c${count}`, 'x'.repeat(16_000));
    at.append(tea, bo.userId, 'jump');
    reader.frames.length = 0;
    let taken = 0;
    let most = 0;
    Object.defineProperty(reader.unsent, 'bytes', { get: () => (seqs(reader.frames).length - taken) * 16_000 });
    for (let turns = 0; turns < 40; turns++) {
      await at.clock.pass(50);
      most = Math.max(most, reader.unsent.bytes);
      taken = Math.min(taken + 4, seqs(reader.frames).length);
    }
    expect(seqs(reader.frames)).toEqual(Array.from({ length: 61 }, (_, n) => n + 1));
    expect(most).toBeGreaterThan(limits.laggingBytes);
    expect(most).toBeLessThanOrEqual(2 * limits.laggingBytes);
  });
});

describe('sessions whose end nobody heard of', () => {
  test('end with the next look at the log, on every node (I22)', async () => {
    const at = node();
    const [phone, desk] = [await at.socketOf(ada.userId, 'ada/phone'), await at.socketOf(ada.userId, 'ada/desk')];
    at.ended.add(id<SessionId>('phone'));
    await at.look();
    expect(phone.closes).toEqual(['auth.revoked']);
    expect(desk.closes).toEqual([]);
    expect((await at.socketOf(ada.userId, 'ada/phone')).closes).toEqual(['auth.revoked']);
  });
});

describe('a storm', () => {
  test.each([
    [31, 31],
    [32, 32],
    [33, 32],
  ])('of %d pages that are asked for at once, %d are read at once on a node', async (count, most) => {
    const at = node();
    let asked = 0;
    at.chat.history = () => {
      asked++;
      return new Promise(() => {});
    };
    for (let n = 0; n < count; n++) {
      const socket = await at.socketOf([ada, bo, cy, mal][n % 4]?.userId ?? ada.userId);
      socket.says({ op: 'history', id: 1, dlgId: tea });
    }
    await settled();
    expect(asked).toBe(most);
  });

  test.each([
    [63, 63],
    [64, 64],
    [65, 64],
  ])('of %d tokens that come at once, %d are checked at once on a node', async (count, most) => {
    const at = node();
    let asked = 0;
    at.signIn.authenticate = () => {
      asked++;
      return new Promise(() => {});
    };
    await Promise.all(Array.from({ length: count }, () => at.socketOf(ada.userId)));
    expect(asked).toBe(most);
  });
});

describe('history', () => {
  test('a page is not heavier than 256 KiB, and joins what the client has (I16)', async () => {
    const at = node();
    at.createGroup(coffee, ada.userId);
    for (let count = 0; count < 60; count++) at.append(coffee, ada.userId, `c${count}`, 'x'.repeat(16_000));
    const reader = await at.socketOf(ada.userId);
    const page = async (ask: { before?: number; after?: number }) => {
      reader.says({ op: 'history', id: 1, dlgId: coffee, limit: 60, ...ask });
      await settled();
      const frame = reader.frames.pop();
      if (frame?.op !== 'page') throw new Error('no page');
      return { seqs: frame.list.map(({ seq }) => seq), hasMore: frame.hasMore };
    };
    const forward = await page({ after: 0 });
    expect(forward).toEqual({ seqs: Array.from({ length: 16 }, (_, seq) => seq + 1), hasMore: true });
    const newest = await page({});
    expect(newest).toEqual({ seqs: Array.from({ length: 16 }, (_, seq) => seq + 45), hasMore: true });
    expect((await page({ before: 10 })).seqs.at(-1)).toBe(9);
    expect(await page({ after: 58 })).toEqual({ seqs: [59, 60], hasMore: false });
  });

  test('no page is read for a socket that has enough to take', async () => {
    const at = node();
    const reader = await at.socketOf(ada.userId);
    reader.unsent.bytes = 300 * 1024;
    reader.says({ op: 'history', id: 1, dlgId: tea });
    await settled();
    expect(reader.frames).toEqual([]);
    reader.unsent.bytes = 0;
    await at.clock.pass(50);
    expect(ops(reader.frames)).toBe('page');
  });
});

test.each([
  [0.99, 0],
  [1, 1],
  [1.01, 1],
])(
  'after %d of ten seconds the log was looked at %d times, however many conversations are open (I15)',
  async (part, times) => {
    const at = node();
    at.createGroup(coffee, ada.userId);
    const reader = await at.socketOf(ada.userId);
    await reader.open();
    await reader.open(coffee);
    const before = at.asked.looks;
    await at.clock.pass(limits.reconcileMs * part);
    expect(at.asked.looks - before).toBe(times);
  },
);
