import { id, type SessionId } from '@trialogue/protocol';
import { ada, shop, tea } from '@trialogue/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Bus, Notice } from '../chat/ports.ts';
import { memoryBus } from './memory.ts';

const buses: [string, () => Promise<Bus>][] = [['memory', async () => memoryBus()]];

const key: Notice = { kind: 'key', appId: shop, dlgId: tea };
const removed: Notice = { kind: 'removed', appId: shop, dlgId: tea, userId: ada.userId };
const revoked: Notice = { kind: 'revoked', appId: shop, userId: ada.userId, sessionIds: [id<SessionId>('s')] };

/** What a listener has heard so far. */
function ear(bus: Bus) {
  const heard: Notice[] = [];
  return { heard, stop: bus.listen((notice) => heard.push(notice)) };
}

describe.for(buses)('a bus in %s', ([, open]) => {
  let bus: Bus;
  beforeEach(async () => {
    bus = await open();
  });
  afterEach(() => bus.close());

  test('tells everybody who listens, in the order it was told', async () => {
    const first = ear(bus);
    const second = ear(bus);
    await Promise.all([bus.tell(key), bus.tell(removed), bus.tell(revoked)]);
    expect(first.heard).toEqual([key, removed, revoked]);
    expect(second.heard).toEqual([key, removed, revoked]);
  });

  test('tells nothing to those who stopped, nor of what was before they came', async () => {
    const gone = ear(bus);
    gone.stop();
    await bus.tell(key);
    const late = ear(bus);
    await bus.tell(removed);
    expect(gone.heard).toEqual([]);
    expect(late.heard).toEqual([removed]);
  });

  test('one listener that fails keeps nothing from the others', async () => {
    bus.listen(() => {
      throw new Error('deaf');
    });
    const other = ear(bus);
    await expect(bus.tell(key)).rejects.toThrow(/kind key/);
    expect(other.heard).toEqual([key]);
  });

  test('never calls a listener before tell has returned', async () => {
    const listener = ear(bus);
    const told = bus.tell(key);
    expect(listener.heard).toEqual([]);
    await told;
    expect(listener.heard).toEqual([key]);
  });

  test('is silent once closed', async () => {
    const listener = ear(bus);
    await bus.close();
    await bus.tell(key);
    expect(listener.heard).toEqual([]);
  });
});
