import {
  id,
  SYSTEM,
  type ClientFrame,
  type ClientMsgId,
  type DlgId,
  type ServerFrame,
  type SessionId,
  type UserId,
} from '@trialogue/protocol';
import { ada, bo, cy, mal, shop, tea } from '@trialogue/testkit';
import { afterEach, describe, expect, test, vi } from 'vitest';

import { silentLogger } from '../ops/log.ts';
import { noMetrics } from '../ops/metrics.ts';
import { Driver } from './driver.ts';
import { heard } from './events.ts';
import { fakeShop } from './fakes.ts';
import { startFanout } from './fanout.ts';
import { createRegistry } from './registry.ts';
import { lookAt, LOOK_EVERY_MS, watchTails } from './tails.ts';
import { bytesOf } from './wire.ts';

const coffee = id<DlgId>('coffee');
const stops: (() => void)[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const stop of stops.splice(0)) stop();
});

/** One node without a network: sockets are lists of frames. */
function node() {
  const at = fakeShop();
  const registry = createRegistry();
  const ports = { ...at, registry, clock: { now: () => Date.now() }, logger: silentLogger, metrics: noMetrics };
  stops.push(startFanout(ports));

  const socketOf = async (userId: UserId, token: string = userId) => {
    const frames: ServerFrame[] = [];
    const closes: string[] = [];
    const unsent = { bytes: 0 };
    const line = {
      send: (frame: ServerFrame) => void frames.push(frame),
      close: (_: string, says: string) => void closes.push(says),
      unsentBytes: () => unsent.bytes,
    };
    const driver = new Driver(ports, line, 0.5, () => {});
    const says = (frame: ClientFrame) => driver.tell(heard(JSON.stringify(frame)));
    stops.push(() => driver.tell({ type: 'lost' }));
    driver.tell({ type: 'opened', serverTime: 0 });
    says({ op: 'bind', token, uid: userId });
    await settled();
    const open = async (dlgId: DlgId = tea) => {
      says({ op: 'open', id: 1, dlgId });
      await settled();
      frames.length = 0;
    };
    const send = (name: string) =>
      says({ op: 'send', dlgId: tea, clientMsgId: id<ClientMsgId>(name), content: 'IM1.x' });
    frames.length = 0;
    return { driver, frames, closes, unsent, says, open, send };
  };
  return { ...at, ports, registry, socketOf };
}

/** Promises and the turn of the event loop in which fan-out gathers are over. */
const settled = async () => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const ops = (frames: ServerFrame[]) => frames.map(({ op }) => op).join(' ');
const seqs = (frames: ServerFrame[]) => frames.flatMap((frame) => (frame.op === 'message' ? [frame.seq] : []));

describe('a message', () => {
  test('reaches all who follow the conversation, the sender too, as one frame built once', async () => {
    const at = node();
    const people = [await at.socketOf(ada.userId), await at.socketOf(bo.userId), await at.socketOf(cy.userId)];
    for (const person of people) await person.open();
    people[0]?.send('hello');
    await settled();
    expect(people.map(({ frames }) => ops(frames))).toEqual(['message ack', 'message', 'message']);
    const [first, ...others] = people.map(({ frames }) => frames[0] as ServerFrame);
    for (const other of others) {
      expect(other).toBe(first);
      expect(bytesOf(other)).toBe(bytesOf(first as ServerFrame));
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
    await lookAt(at.ports, { appId: shop, dlgId: tea });
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
    await lookAt(again.ports, { appId: shop, dlgId: tea });
    expect(boAgain.frames).toEqual([{ op: 'left', dlgId: tea }]);
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
    phone.driver.tell({ type: 'lost' });
    expect(at.registry.isOnline(shop, ada.userId)).toBe(true);
    desk.driver.tell({ type: 'lost' });
    expect(at.registry.isOnline(shop, ada.userId)).toBe(false);
    expect(at.registry.followed()).toEqual([]);
  });

  test('leaves nothing behind when it ends while it comes in', async () => {
    const at = node();
    const phone = await at.socketOf(ada.userId);
    phone.says({ op: 'open', id: 1, dlgId: tea });
    phone.driver.tell({ type: 'lost' });
    await settled();
    expect(at.registry.followed()).toEqual([]);
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
    await vi.waitFor(() => expect(ops(reader.frames)).toBe('page'));
  });
});

test('the log is looked at every ten seconds, give or take a fifth', async () => {
  vi.useFakeTimers();
  const at = node();
  stops.push(watchTails(at.ports));
  const reader = at.socketOf(ada.userId);
  await vi.advanceTimersByTimeAsync(10);
  const open = (await reader).open();
  await vi.advanceTimersByTimeAsync(10);
  await open;
  at.asked.messagesAfter = 0;
  await vi.advanceTimersByTimeAsync(LOOK_EVERY_MS * 0.7);
  expect(at.asked.messagesAfter).toBe(0);
  await vi.advanceTimersByTimeAsync(LOOK_EVERY_MS * 0.5);
  expect(at.asked.messagesAfter).toBe(1);
});
