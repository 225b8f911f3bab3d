import { setTimeout as pause } from 'node:timers/promises';

import type { ClientApi, DataOf, Envelope, PlatformApi, Session } from '@trialogue/protocol/api';
import { ada, bo } from '@trialogue/testkit';
import { lacksCluster, startCluster, type Cluster, type NodeProcess } from '@trialogue/testkit/servers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { person, type Person } from './nodes/person.ts';

/** Processes start and drain in it: on a machine with other things to do that takes its time. */
const LONGEST_MS = 300_000;

/** Two real nodes behind a plain balancer, on a real PostgreSQL and a real NATS that belong to this story alone. */
describe.skipIf(lacksCluster() !== undefined)('two nodes', { timeout: LONGEST_MS }, () => {
  let cluster: Cluster;
  const people: Person[] = [];
  let token = '';
  let groupId = '';

  const node = (at: number) => cluster.nodes[at] as NodeProcess;
  const [adaAt, boAt] = [() => people[0] as Person, () => people[1] as Person];

  beforeAll(async () => {
    cluster = await startCluster(2, { LIMITS: 'drainMs=3000' });
    for (const { userId, name, urole } of [ada, bo]) await platform('PUT', `/users/${userId}`, { name, urole });
    const made = await platform<DataOf<PlatformApi['createGroup']>>('POST', '/groups', {
      name: 'Tea',
      members: [{ userId: ada.userId }, { userId: bo.userId }],
    });
    ({ groupId } = made);
    for (const [at, { userId, name }] of [ada, bo].entries()) {
      const url = made.links.find((link) => link.userId === userId)?.url ?? '';
      const ticket = new URLSearchParams(new URL(url).hash.slice(1)).get('ticket') ?? '';
      const session = await client<Session>('POST', '/session', { body: { groupId, userId, ticket } });
      const enter = () =>
        client<DataOf<ClientApi['getConversation']>>('GET', `/conversation?groupId=${groupId}`, session);
      if (at === 0) ({ token } = session);
      const entered = await enter();
      // One on each node, however the balancer's turn stands.
      cluster.balancer.to = [node(at).port];
      const one = person(name, entered, async () => (await enter()).imToken);
      people.push(one);
      await soon(() => expect(one.isOpen()).toBe(true));
      cluster.openAll();
    }
  }, LONGEST_MS);

  afterAll(async () => {
    for (const one of people) one.leave();
    await cluster?.stop();
  }, LONGEST_MS);

  test('a conversation over both nodes: each hears the other at once, in one order', async () => {
    await eachOnItsNode();
    for (let at = 0; at < 20; at++) await (at % 2 ? boAt() : adaAt()).say(`hello ${at}`);
    await soon(allHeardAll);
    const from = performance.now();
    await adaAt().say('how long?');
    await soon(() => expect(boAt().texts()).toContain('how long?'), 3_000);
    // By the bus, and not by the look of each ten seconds.
    expect(performance.now() - from).toBeLessThan(3_000);
    expect(await readyAt(0)).toMatchObject({ code: 0, data: { ready: true, bus: 'connected' } });
  });

  test('a node is killed in the middle of the talk: its people go on over the other one (I1, I4, I14)', async () => {
    const stops = people.map((one) => one.talk(20));
    await pause(1_500);
    expect(await node(0).end('SIGKILL')).toBe('SIGKILL');
    cluster.balancer.to = [node(1).port];
    await soon(() => expect(people.every((one) => one.isOpen())).toBe(true), 60_000);
    await pause(1_000);
    await Promise.all(stops.map((stop) => stop()));
    await soon(allHeardAll, 20_000);
    cluster.nodes[0] = await cluster.startNode();
    cluster.openAll();
  });

  test('all nodes are restarted one after the other under traffic: nothing is lost or doubled (I29, I30)', async () => {
    const stops = people.map((one) => one.talk(20));
    for (const at of [0, 1]) {
      cluster.balancer.to = [node(1 - at).port];
      expect(await node(at).end('SIGTERM'), node(at).said().slice(-3000)).toBe(0);
      cluster.nodes[at] = await cluster.startNode();
      cluster.openAll();
      await soon(() => expect(people.every((one) => one.isOpen())).toBe(true), 60_000);
    }
    await Promise.all(stops.map((stop) => stop()));
    await soon(allHeardAll, 20_000);
  });

  test('the bus is gone: who is on another node hears it by the look, and at once when it is back (I14, I35)', async () => {
    await eachOnItsNode();
    await soon(async () => expect(await readyAt(0)).toMatchObject({ data: { bus: 'connected' } }));
    await cluster.nats.crash();
    await soon(
      async () => expect(await readyAt(0)).toMatchObject({ code: 0, data: { ready: true, bus: 'lost' } }),
      30_000,
    );
    expect(await metricAt(0, 'trialogue_bus_connected')).toBe(0);
    for (let at = 0; at < 6; at++) await (at % 2 ? boAt() : adaAt()).say(`without ${at}`);
    await soon(allHeardAll, 40_000);
    await cluster.nats.restart();
    for (const at of [0, 1]) {
      await soon(async () => expect(await readyAt(at)).toMatchObject({ data: { bus: 'connected' } }), 30_000);
    }
    await boAt().say('back');
    await soon(allHeardAll, 5_000);
  });

  test('the database is gone: nothing is acknowledged and nothing allowed; when it is back all is stored once (I35, I36)', async () => {
    const before = people.map(({ sent }) => sent.length);
    const stops = people.map((one) => one.talk(20));
    await pause(1_000);
    await cluster.postgres.crash();
    const refused = await fetch(`${node(0).origin}/api/v1/conversations/${groupId}/messages`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(refused.status).toBe(503);
    expect((await readyAt(1)).error).toBe('storage.unavailable');
    const then = people.map(({ sent }) => sent.length);
    await pause(3_000);
    expect(people.map(({ sent }) => sent.length)).toEqual(then);
    await cluster.postgres.restart();
    await soon(() => expect(people.map(({ sent }, at) => sent.length > (then[at] ?? 0))).toEqual([true, true]), 60_000);
    await Promise.all(stops.map((stop) => stop()));
    await soon(allHeardAll, 20_000);
    expect(cluster.nodes.map((one) => one.isAlive())).toEqual([true, true]);
    expect(people.every(({ sent }, at) => sent.length > (before[at] ?? 0))).toBe(true);
  });

  test('no log says a secret', () => {
    const said = cluster.nodes.map((one) => one.said()).join('');
    expect(said).toContain('bus: connected');
    for (const secret of [cluster.appSecret, cluster.masterKey, token]) expect(said).not.toContain(secret);
  });

  /** What every person has heard is the log, without a hole or a double, and all that was acknowledged is in it once. */
  async function allHeardAll(): Promise<void> {
    const seqs = people.map(({ heard }) => heard.map(({ seq }) => seq));
    const [first = []] = seqs;
    const from = Math.max(...seqs.map(([one = 0]) => one));
    const head = Math.max(...first);
    for (const theirs of seqs) {
      const wanted = Array.from({ length: head - (theirs[0] ?? 0) + 1 }, (_, at) => (theirs[0] ?? 0) + at);
      expect(theirs).toEqual(wanted);
    }
    const logs = people.map(({ heard }) =>
      heard.filter(({ seq }) => seq >= from).map(({ seq, msgId }) => `${seq} ${msgId}`),
    );
    expect(logs[1]).toEqual(logs[0]);
    const said = adaAt().texts();
    expect(new Set(said).size).toBe(said.length);
    const known = new Set(said);
    for (const { sent } of people) expect(sent.filter((text) => !known.has(text))).toEqual([]);
  }

  /** Whoever is on the other one is cut off, and the balancer has one place to go. */
  async function eachOnItsNode(): Promise<void> {
    for (const at of [0, 1]) {
      cluster.balancer.to = [node(at).port];
      people[at]?.cut();
      await soon(() => expect(people[at]?.isOpen()).toBe(true), 60_000);
    }
    cluster.openAll();
    for (const at of [0, 1]) await soon(async () => expect(await metricAt(at, 'trialogue_sockets')).toBe(1));
  }

  const soon = (check: () => void | Promise<void>, timeout = 20_000) => vi.waitFor(check, { timeout, interval: 50 });

  const readyAt = async (at: number) =>
    (await (await fetch(`${node(at).origin}/readyz`)).json()) as { code: number; error?: string; data?: unknown };

  async function metricAt(at: number, name: string): Promise<number> {
    const page = await (await fetch(`${node(at).origin}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1]);
  }

  const platform = <T>(method: string, path: string, body: unknown): Promise<T> =>
    call<T>(method, `/platform/v1${path}`, { token: cluster.appSecret, body });

  const client = <T>(method: string, path: string, given: { token?: string; body?: unknown }) =>
    call<T>(method, `/api/v1${path}`, given);

  async function call<T>(method: string, path: string, { token: bearer, body }: { token?: string; body?: unknown }) {
    const answer = await fetch(`${cluster.origin}${path}`, {
      method,
      headers: {
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const envelope = (await answer.json()) as Envelope<T>;
    if (envelope.code !== 0) throw new Error(`${method} ${path}: ${envelope.error}`);
    return envelope.data;
  }
});
