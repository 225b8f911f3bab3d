import { ada, bo, tea } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import { node, settled } from './nodeUnderTest.ts';
import { CUT_OFF_MS } from './pulse.ts';

test('a node that is cut off from its database closes its sockets after ten seconds, and not before (I36)', async () => {
  const at = node();
  const sockets = [await at.socketOf(ada.userId), await at.socketOf(bo.userId)];
  await at.clock.pass(60_000);
  at.disk.reads = new Promise(() => {});
  await at.clock.pass(CUT_OFF_MS - 2_000);
  expect(sockets.map(({ closes }) => closes)).toEqual([[], []]);
  await at.clock.pass(6_000);
  expect(sockets.map(({ closes }) => closes)).toEqual([
    ['The server cannot serve right now.'],
    ['The server cannot serve right now.'],
  ]);
});

test('one that comes back in time closes nobody', async () => {
  const at = node();
  const socket = await at.socketOf(ada.userId);
  for (let times = 0; times < 5; times++) {
    at.disk.reads = Promise.reject(new Error('no database'));
    at.disk.reads.catch(() => {});
    await at.clock.pass(CUT_OFF_MS - 3_000);
    at.disk.reads = Promise.resolve();
    await at.clock.pass(4_000);
  }
  expect(socket.closes).toEqual([]);
});

test('without the database nobody is given what is new on an answer that is older than five seconds (I36)', async () => {
  const at = node();
  const reader = await at.socketOf(bo.userId);
  await reader.open();
  at.append(tea, ada.userId, 'one');
  await settled();
  at.log.memberIds = () => Promise.reject(new Error('no database'));
  await at.clock.pass(5_000);
  reader.frames.length = 0;
  at.append(tea, ada.userId, 'two');
  await settled();
  expect(reader.frames).toEqual([]);
});
