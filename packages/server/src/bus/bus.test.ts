import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import { connect } from '@nats-io/transport-node';
import { id, type SessionId } from '@trialogue/protocol';
import { ada, shop, tea } from '@trialogue/testkit';
import { findNats, startNats, type Nats } from '@trialogue/testkit/servers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Bus, Notice } from '../chat/ports.ts';
import { memoryBus } from './memory.ts';
import { natsBus, type NatsWatch } from './nats.ts';

/** Comes with the system's packages and nowhere else: without it, what needs it is skipped. */
const program = findNats();
let nats: Nats;
beforeAll(async () => {
  if (program !== undefined) nats = await startNats(program);
});
afterAll(() => nats?.stop());

const newSubject = () => `trialogue.${randomBytes(8).toString('hex')}.notices`;

async function connected(subject: string, watch: NatsWatch = {}) {
  const bus = natsBus(nats.url, subject, watch);
  await vi.waitFor(() => expect(bus.isConnected()).toBe(true), { timeout: 5000, interval: 10 });
  return bus;
}

const buses: [string, () => Promise<Bus>][] = [
  ['memory', async () => memoryBus()],
  ...(program === undefined
    ? []
    : ([['NATS', () => connected(newSubject())]] satisfies [string, () => Promise<Bus>][])),
];

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

describe.skipIf(program === undefined)('a bus between nodes, over NATS', () => {
  const open: Bus[] = [];
  const node = async (subject: string, watch?: NatsWatch) => {
    const bus = await connected(subject, watch);
    open.push(bus);
    return bus;
  };
  afterEach(async () => {
    for (const bus of open.splice(0)) await bus.close();
  });
  const soon = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 10 });
  const typing = (at: number): Notice => ({ ...removed, kind: 'typing', isTyping: at % 2 === 0 });

  test('every node hears it once, the one that tells it too, and in order', async () => {
    const subject = newSubject();
    const nodes = await Promise.all([1, 2, 3].map(() => node(subject)));
    const ears = nodes.map(ear);
    const said = Array.from({ length: 500 }, (_, at) => typing(at));
    for (const notice of said) void nodes[0]?.tell(notice);
    await soon(() => expect(ears.map(({ heard }) => heard.length)).toEqual([500, 500, 500]));
    for (const { heard } of ears) expect(heard).toEqual(said);
  });

  test('what came up in one turn is one message', async () => {
    const subject = newSubject();
    const bus = await node(subject);
    const other = await connect({ servers: nats.url });
    const sizes: number[] = [];
    other.subscribe(subject, { callback: (_, message) => void sizes.push(message.json<unknown[]>().length) });
    await other.flush();
    await Promise.all([bus.tell(key), bus.tell(removed), bus.tell(revoked)]);
    await pause(5);
    await bus.tell(key);
    await soon(() => expect(sizes).toEqual([3, 1]));
    await other.close();
  });

  test('much at once goes in messages that a server takes', async () => {
    const subject = newSubject();
    const [one, two] = await Promise.all([node(subject), node(subject)]);
    const heard = ear(two);
    const long = { ...key, dlgId: id<never>('x'.repeat(60_000)) };
    for (let at = 0; at < 40; at++) void one.tell(long);
    await soon(() => expect(heard.heard).toHaveLength(40));
  });

  test('another cluster on the same server hears nothing', async () => {
    const [one, other] = await Promise.all([node(newSubject()), node(newSubject())]);
    const foreign = ear(other);
    await one.tell(key);
    await pause(100);
    expect(foreign.heard).toEqual([]);
  });

  test('what is no notice, or one that only newer nodes know, costs nothing', async () => {
    const subject = newSubject();
    const bad: unknown[] = [];
    const bus = await node(subject, { onBad: (error) => bad.push(error) });
    const heard = ear(bus);
    const other = await connect({ servers: nats.url });
    for (const text of [
      'no json',
      '{"kind":"key"}',
      '[null,7,{"kind":"toString","appId":"x"},{"kind":"party","appId":"shop"}]',
    ]) {
      other.publish(subject, text);
    }
    other.publish(subject, JSON.stringify([key]));
    await soon(() => expect(heard.heard).toEqual([key]));
    expect(bad).toHaveLength(2);
    await other.close();
  });

  test('without a server the node hears itself, drops the rest, and goes on when the server is back (I35)', async () => {
    const subject = newSubject();
    const states: boolean[] = [];
    const dropped: number[] = [];
    const one = await node(subject, { onChange: (is) => states.push(is), onDropped: (count) => dropped.push(count) });
    const two = await node(subject);
    const [here, there] = [ear(one), ear(two)];
    await nats.crash();
    await soon(() => expect(one.isConnected()).toBe(false));
    await one.tell(key);
    await one.tell(removed);
    expect(here.heard).toEqual([key, removed]);
    await soon(() => expect(dropped.reduce((sum, count) => sum + count, 0)).toBe(2));
    await nats.restart();
    await vi.waitFor(() => expect([one.isConnected(), two.isConnected()]).toEqual([true, true]), { timeout: 15_000 });
    await one.tell(revoked);
    await soon(() => expect(there.heard).toEqual([revoked]));
    expect(states).toEqual([true, false, true]);
  });

  test('a node starts without it, and closes without having met it', async () => {
    // Takes the connection, and never says a word.
    const mute = createServer(() => {}).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as { port: number };
    for (const address of [`nats://127.0.0.1:${port}`, 'nats://127.0.0.1:1']) {
      const bus = natsBus(address, newSubject());
      const heard = ear(bus);
      await bus.tell(key);
      expect(heard.heard).toEqual([key]);
      expect(bus.isConnected()).toBe(false);
      await bus.close();
    }
    mute.close();
  });
});
