import { id, type DlgId, type UserId } from '@trialogue/protocol';
import { ada, bo, cy, shop, tea } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import { createMembers } from './members.ts';
import { handTimers } from './nodeUnderTest.ts';

const place = { appId: shop, dlgId: tea };
const coffee = { appId: shop, dlgId: id<DlgId>('coffee') };

function ledger() {
  const { timers, pass } = handTimers();
  const at = { members: [ada.userId, bo.userId], asked: 0, answer: Promise.resolve() };
  const log = {
    async members(): Promise<{ userId: UserId; isMuted: boolean }[]> {
      at.asked++;
      const found = at.members;
      await at.answer;
      return found.map((userId) => ({ userId, isMuted: userId === cy.userId }));
    },
  };
  return { at, pass, members: createMembers(log, timers) };
}

test('many who ask at once are one question, and its answer holds for five seconds, not longer (I36)', async () => {
  const { at, members, pass } = ledger();
  await Promise.all([members.of(place), members.of(place), members.of(place)]);
  await pass(4_999);
  expect(members.known(place)).toEqual(new Set([ada.userId, bo.userId]));
  expect(at.asked).toBe(1);
  await pass(1);
  expect(members.known(place)).toBeUndefined();
  await members.of(place);
  expect(at.asked).toBe(2);
});

test('an answer that took five seconds is believed by nobody (I36)', async () => {
  const { at, members, pass } = ledger();
  let release = () => {};
  at.answer = new Promise((resolve) => (release = resolve));
  const late = members.of(place);
  await pass(5_000);
  release();
  await expect(late).rejects.toThrow(/too late/);
  expect(members.known(place)).toBeUndefined();
});

test('a newer key epoch, and a message nobody has heard of, mean: ask again (I20)', async () => {
  const { at, members } = ledger();
  await members.of(place, { epoch: 1, seq: 1 });
  expect(members.known(place, { epoch: 1, seq: 2 })).toBeDefined();
  expect(members.known(place, { seq: 2 })).toBeDefined();
  expect(members.known(place, { seq: 3 })).toBeUndefined();
  at.members = [ada.userId];
  expect(members.known(place, { epoch: 2, seq: 3 })).toBeUndefined();
  expect(await members.of(place, { epoch: 2, seq: 3 })).toEqual(new Set([ada.userId]));
  expect(members.known(place, { epoch: 2, seq: 4 })).toEqual(new Set([ada.userId]));
});

test('an older question does not answer for a newer epoch, nor for what has changed since', async () => {
  const { at, members } = ledger();
  let release = () => {};
  at.answer = new Promise((resolve) => (release = resolve));
  const older = members.of(place, { epoch: 1 });
  at.members = [ada.userId];
  const newer = members.of(place, { epoch: 2 });
  members.changed(place);
  at.members = [ada.userId, cy.userId];
  const newest = members.of(place, { epoch: 2 });
  release();
  expect((await older).size).toBe(2);
  expect((await newer).has(bo.userId)).toBe(false);
  expect(await newest).toEqual(new Set([ada.userId, cy.userId]));
  expect(members.known(place, { epoch: 2 })).toEqual(await newest);
});

test('a question that fails is asked again', async () => {
  const { at, members } = ledger();
  at.answer = Promise.reject(new Error('no database'));
  await expect(members.of(place)).rejects.toThrow('no database');
  at.answer = Promise.resolve();
  expect((await members.of(place)).size).toBe(2);
});

test('it knows of which conversations somebody is, as far as it was asked', async () => {
  const { at, members } = ledger();
  await members.of(place);
  await members.of(coffee);
  expect(members.placesOf(shop, bo.userId)).toEqual([place, coffee]);
  at.members = [ada.userId];
  members.changed(place);
  await members.of(place);
  expect(members.placesOf(shop, bo.userId)).toEqual([coffee]);
  expect(members.placesOf(shop, cy.userId)).toEqual([]);
});
