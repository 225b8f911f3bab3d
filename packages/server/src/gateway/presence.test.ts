import { id, type DlgId } from '@trialogue/protocol';
import { ada, bo, cy, mal, shop, tea } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import { fakeShop } from './fakes.ts';
import { handTimers, node, ops } from './nodeUnderTest.ts';
import { BELIEVED_MS, LINGER_MS } from './presence.ts';

const coffee = id<DlgId>('coffee');
const here = (userId: string, isOnline: boolean, dlgId: string = tea) => ({ op: 'presence', dlgId, userId, isOnline });
/** Until it is looked, and told. */
const A_MOMENT = 1_500;

/** Nodes of one shop, on one bus and one clock. */
function cluster() {
  const shared = { shop: fakeShop(), clock: handTimers() };
  return { ...shared.clock, first: node(shared), second: node(shared) };
}

describe('who is here', () => {
  test('is said when a conversation is opened, and told to its members when somebody comes or goes', async () => {
    const at = node();
    const phone = await at.socketOf(ada.userId);
    expect(await phone.open()).toMatchObject({ op: 'opened', online: [ada.userId] });
    await at.clock.pass(A_MOMENT);
    const desk = await at.socketOf(bo.userId);
    await at.clock.pass(A_MOMENT);
    expect(phone.frames).toEqual([here('bo', true)]);
    expect(await desk.open()).toMatchObject({ online: [ada.userId, bo.userId] });
    desk.ends();
    await at.clock.pass(LINGER_MS + A_MOMENT);
    expect(phone.frames).toEqual([here('bo', true), here('bo', false)]);
    expect(at.presence.isOnline(shop, bo.userId)).toBe(false);
  });

  test('does not flicker when a page is loaded anew, or a second socket goes', async () => {
    const at = node();
    const watcher = await at.socketOf(ada.userId);
    const [first, second] = [await at.socketOf(bo.userId), await at.socketOf(bo.userId)];
    await watcher.open();
    await at.clock.pass(A_MOMENT);
    watcher.frames.length = 0;
    second.ends();
    await at.clock.pass(60_000);
    first.ends();
    await at.clock.pass(2_000);
    expect(at.presence.isOnline(shop, bo.userId)).toBe(true);
    await at.socketOf(bo.userId);
    await at.clock.pass(20_000);
    expect(watcher.frames).toEqual([]);
  });

  test('is told to nobody who shares no conversation, nor to who was removed (I20)', async () => {
    const at = node();
    at.createGroup(coffee, mal.userId, cy.userId);
    const [outsider, removed] = [await at.socketOf(mal.userId), await at.socketOf(cy.userId)];
    await outsider.open(coffee);
    await removed.open();
    at.deafTo.add('removed').add('key').add('message');
    at.remove(tea, cy.userId);
    await at.clock.pass(5_000);
    removed.frames.length = 0;
    const comes = await at.socketOf(ada.userId);
    comes.ends();
    await at.clock.pass(LINGER_MS + A_MOMENT);
    for (const { frames } of [outsider, removed]) {
      expect(frames.filter((frame) => frame.op === 'presence' && frame.userId === ada.userId)).toEqual([]);
    }
  });

  test('is not told of who was removed meanwhile (I20)', async () => {
    const at = node();
    const watcher = await at.socketOf(ada.userId);
    await watcher.open();
    const goes = await at.socketOf(cy.userId);
    await at.clock.pass(A_MOMENT);
    watcher.frames.length = 0;
    at.deafTo.add('removed').add('key').add('message');
    at.remove(tea, cy.userId);
    await at.clock.pass(5_000);
    goes.ends();
    await at.clock.pass(LINGER_MS + A_MOMENT);
    expect(watcher.frames.filter(({ op }) => op === 'presence')).toEqual([]);
  });

  test('many who come at once are one question for each conversation', async () => {
    const at = node();
    const watcher = await at.socketOf(ada.userId);
    await watcher.open();
    await at.clock.pass(10_000);
    const asked = at.asked.memberIds;
    await Promise.all([at.socketOf(bo.userId), at.socketOf(cy.userId)]);
    await at.clock.pass(A_MOMENT);
    expect(ops(watcher.frames)).toContain('presence presence');
    expect(at.asked.memberIds - asked).toBe(1);
  });
});

describe('who is on another node', () => {
  test('is here too, and gone when no node has them any more', async () => {
    const { first, second, pass } = cluster();
    const watcher = await first.socketOf(ada.userId);
    await watcher.open();
    await pass(A_MOMENT);
    const there = await second.socketOf(bo.userId);
    await pass(A_MOMENT);
    expect(watcher.frames).toEqual([here('bo', true)]);
    const also = await first.socketOf(bo.userId);
    await pass(A_MOMENT);
    there.ends();
    await pass(20_000);
    also.ends();
    await pass(LINGER_MS + A_MOMENT);
    expect(watcher.frames.filter(({ op }) => op === 'presence')).toEqual([here('bo', true), here('bo', false)]);
  });

  test('stays here when only one of the nodes lost them', async () => {
    const { first, second, pass } = cluster();
    await first.socketOf(bo.userId);
    const there = await second.socketOf(bo.userId);
    await pass(A_MOMENT);
    there.ends();
    await pass(LINGER_MS + A_MOMENT);
    expect([first, second].map(({ presence }) => presence.isOnline(shop, bo.userId))).toEqual([true, true]);
  });

  test('is gone half a minute after their node died, and not before it could have said more', async () => {
    const { first, second, pass } = cluster();
    await second.socketOf(bo.userId);
    await pass(A_MOMENT);
    second.stop();
    await pass(BELIEVED_MS - 5_000);
    expect(first.presence.isOnline(shop, bo.userId)).toBe(true);
    await pass(10_000);
    expect(first.presence.isOnline(shop, bo.userId)).toBe(false);
  });

  test('is known to a node that starts later, and to one whose word was lost', async () => {
    const { first, second, pass } = cluster();
    first.deafTo.add('presence');
    await second.socketOf(bo.userId);
    await pass(A_MOMENT);
    expect(first.presence.isOnline(shop, bo.userId)).toBe(false);
    first.deafTo.clear();
    await pass(12_000);
    expect(first.presence.isOnline(shop, bo.userId)).toBe(true);
  });
});
