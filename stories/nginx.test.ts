import { randomBytes } from 'node:crypto';
import { request } from 'node:http';

import { lacksCluster, startCluster, type Cluster } from '@trialogue/testkit/servers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { findNginx, nginxAt, type Nginx } from './deploy/nginx.ts';
import { ask, download, openShop, upload, uploadInPieces, type Shop } from './deploy/shop.ts';
import type { Person } from './nodes/person.ts';

const program = findNginx();
const lacks = program === undefined ? 'nginx is not installed' : lacksCluster();
if (lacks !== undefined) process.stderr.write(`The story of nginx is skipped: ${lacks}.\n`);

/** Debian's nginx with the file of deploy/, before two real nodes. */
describe.skipIf(lacks !== undefined)('two nodes behind nginx', () => {
  let nginx: Nginx;
  let cluster: Cluster;
  let shop: Shop;
  let people: Person[];
  const ada = () => shop.people[0] as Shop['people'][number];
  const bo = () => shop.people[1] as Shop['people'][number];
  const soon = (check: () => void | Promise<void>, timeout = 20_000) => vi.waitFor(check, { timeout, interval: 50 });

  beforeAll(async () => {
    nginx = await nginxAt(program ?? '');
    cluster = await startCluster(2, { PUBLIC_URL: nginx.origin, TRUSTED_PROXIES: '1', LOG_LEVEL: 'debug' });
    const [first, second] = cluster.nodes.map(({ port }) => port);
    await nginx.start([first ?? 0, second ?? 0]);
    shop = await openShop(nginx.origin, cluster.appSecret);
    people = await Promise.all(shop.people.map((one) => one.open()));
    await soon(() => expect(people.every((one) => one.isOpen())).toBe(true));
  }, 180_000);

  afterAll(async () => {
    for (const one of people ?? []) one.leave();
    await cluster?.stop();
    await nginx?.stop();
  }, 60_000);

  const [adaAt, boAt] = [() => people[0] as Person, () => people[1] as Person];

  test('sockets come through: each hears the other', async () => {
    for (let at = 0; at < 10; at++) await (at % 2 ? boAt() : adaAt()).say(`hello ${at}`);
    await soon(() => {
      for (const one of people) expect(one.texts().filter((text) => text.startsWith('hello'))).toHaveLength(10);
    });
    expect(nginx.accesses()).not.toContain('502');
  });

  test('files come through, whole and in pieces; one that is too large is turned away at the door', async () => {
    const photo = randomBytes(9_000_000);
    const { fileId } = await upload(nginx.origin, ada(), photo);
    expect((await download(nginx.origin, bo(), fileId)).bytes.equals(photo)).toBe(true);
    const film = randomBytes(3_000_000);
    const other = await uploadInPieces([nginx.origin], ada(), film, 1_000_000);
    expect((await download(nginx.origin, bo(), other)).bytes.equals(film)).toBe(true);
    // The node refuses it midway and hangs up; nginx may notice that before it has read why, and then says 502.
    await expect(upload(nginx.origin, ada(), randomBytes(22 * 1024 * 1024))).rejects.toThrow(/file\.too_large|<html>/);
    const { status } = await fetch(`${nginx.origin}/api/v1/conversations/${ada().dlgId}/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ada().token}`, 'content-type': 'application/octet-stream' },
      body: Buffer.alloc(25 * 1024 * 1024),
    });
    expect(status).toBe(413);
  });

  test('a piece whose line breaks is at the node as far as it came', async () => {
    const { token, dlgId } = ada();
    const path = `/api/v1/conversations/${dlgId}/uploads`;
    const json = { name: 'film', mime: 'video/mp4', size: 2_000_000 };
    const { uploadId } = await ask<{ uploadId: string }>(nginx.origin, 'POST', path, { token, json });
    await new Promise<void>((resolve) => {
      const upwards = request(`${nginx.origin}${path}/${uploadId}?offset=0`, {
        method: 'PATCH',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/octet-stream',
          'content-length': 2_000_000,
        },
      });
      upwards.on('error', () => resolve());
      upwards.write(randomBytes(1_000_000), () => setTimeout(() => upwards.destroy(), 500));
    });
    await soon(async () => {
      const { offset } = await ask<{ offset: number }>(nginx.origin, 'GET', `${path}/${uploadId}`, { token });
      expect(offset).toBeGreaterThan(0);
    });
  });

  test('what machines ask is not answered outside', async () => {
    for (const path of ['/metrics', '/healthz', '/readyz']) {
      expect((await fetch(nginx.origin + path)).status, path).toBe(404);
      expect((await fetch((cluster.nodes[0]?.origin ?? '') + path)).status, path).toBe(200);
    }
  });

  test('no ticket of a link is written down', async () => {
    await fetch(`${nginx.origin}/groupConversation?groupId=g&userId=u&ticket=CANARY`);
    expect(nginx.accesses()).toContain(' GET /groupConversation 200 ');
    expect(nginx.accesses()).not.toContain('CANARY');
  });

  test('a node is killed in the middle of the talk: the other one takes over, and nobody who asks over HTTP sees it', async () => {
    const stops = people.map((one) => one.talk(20));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await cluster.nodes[0]?.end('SIGKILL');
    for (let times = 0; times < 20; times++) {
      const { status } = await fetch(`${nginx.origin}/api/v1/conversation?groupId=${shop.groupId}`, {
        headers: { authorization: `Bearer ${ada().token}` },
      });
      expect(status).toBe(200);
    }
    await soon(() => expect(people.every((one) => one.isOpen())).toBe(true), 60_000);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await Promise.all(stops.map((stop) => stop()));
    await soon(() => {
      const [one, other] = people.map((each) => each.texts());
      expect(other).toEqual(one);
      const all = new Set(one);
      expect(all.size).toBe(one?.length);
      for (const { sent } of people) expect(sent.filter((text) => !all.has(text))).toEqual([]);
    });
  });

  test('each is counted by the address it comes from, whatever it says that it is', async () => {
    const wrong = (localAddress: string, says: string) =>
      new Promise<string>((resolve, reject) => {
        const body = JSON.stringify({ groupId: shop.groupId, userId: 'ada', ticket: 'not.a.ticket' });
        const asking = request(`${nginx.origin}/api/v1/session`, {
          method: 'POST',
          localAddress,
          headers: { 'content-type': 'application/json', 'x-forwarded-for': says, connection: 'close' },
        });
        asking.once('error', reject);
        asking.once('response', (answer) => {
          let text = '';
          answer.on('data', (part: Buffer) => (text += part.toString()));
          answer.once('end', () => resolve(/"error":"([^"]+)"/.exec(text)?.[1] ?? text));
        });
        asking.end(body);
      });
    const answers: string[] = [];
    for (let times = 0; times < 30; times++) answers.push(await wrong('127.0.0.2', `203.0.113.${times}`));
    // A made-up address in front is no new allowance …
    expect(answers[0]).not.toBe('rate.limited');
    expect(answers.at(-1)).toBe('rate.limited');
    // … and somebody else pays nothing for it.
    expect(await wrong('127.0.0.3', '127.0.0.2')).not.toBe('rate.limited');
  });
});
