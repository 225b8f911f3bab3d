import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { open as unseal, seal } from '@trialogue/crypto';
import { SUBPROTOCOL, closeCodes } from '@trialogue/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';

import { readConfig, type Config, type Env } from './config.ts';
import { startNode, type Node } from './node.ts';
import { createLogger } from './ops/log.ts';

// Storage threads and a whole server start for each test.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let dir: string;
let node: Node;
const logged: string[] = [];
const configWith = (env: Env = {}): Config =>
  readConfig({ DATA_DIR: dir, PORT: '0', DEMO: '1', ALLOWED_ORIGINS: 'https://shop.test', ...env });
const start = async (config = configWith()) => {
  node = await startNode(config, { logger: createLogger('debug', { write: (line) => void logged.push(line) }) });
};

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'trialogue-node-'));
  logged.length = 0;
  await start();
});
afterEach(async () => {
  await node.close();
  rmSync(dir, { recursive: true, force: true });
});

interface Answer<Data> {
  code: number;
  data: Data;
  error?: string;
}
const ask = async <Data>(what: string, { as = '', body }: { as?: string; body?: unknown } = {}) => {
  const [method = '', path = ''] = what.split(' ');
  const answer = await fetch(`${node.origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as Answer<Data>;
};
const enter = async (userId: string) =>
  (await ask<{ token: string }>('POST /demo/v1/sign-in', { body: { userId } })).data.token;

/** A socket bound as its user; `closed` tells with which code it ended. */
async function bind(
  uid: string,
  token: string,
  options: ClientOptions = {},
): Promise<{ closed: Promise<number>; ws: WebSocket }> {
  const ws = new WebSocket(`${node.origin.replace('http', 'ws')}/ws`, SUBPROTOCOL, options);
  const closed = new Promise<number>((resolve) => ws.once('close', resolve));
  const bound = new Promise<void>((resolve, reject) => {
    ws.on('error', reject);
    ws.on('message', (data) => {
      const { op } = JSON.parse((data as Buffer).toString()) as { op: string };
      if (op === 'hello') ws.send(JSON.stringify({ op: 'bind', token, uid }));
      else if (op === 'bound') resolve();
    });
  });
  await bound;
  return { closed, ws };
}

test('the demo has its people, two conversations with a history, a picture, and nothing unread for who spoke last', async () => {
  const token = await enter('ada');
  const { data } = await ask<{ list: { name: string; lastSeq: number; unread: number }[] }>(
    'GET /api/v1/conversations',
    {
      as: token,
    },
  );
  expect(data.list.map(({ name, unread }) => [name, unread])).toEqual([
    ['春茶 · Spring tea', 0],
    ['A chipped cup · 换货', 0],
  ]);
  const mals = await ask<{ total: number }>('GET /api/v1/conversations', { as: await enter('mal') });
  expect(mals.data.total).toBe(0);

  const { data: entered } = await ask<{ dlgKey: string }>('GET /api/v1/conversation?groupId=tea', { as: token });
  const { data: page } = await ask<{ list: { content: string; sentAt: number }[] }>(
    'GET /api/v1/conversations/tea/messages',
    { as: token },
  );
  const opened = page.list.map(({ content }) => JSON.parse(unseal(content, 'tea', entered.dlgKey)) as { type: string });
  expect(new Set(opened.map(({ type }) => type))).toEqual(
    new Set(['text', 'product', 'image', 'order', 'quickReplies']),
  );
  expect(page.list.map(({ sentAt }) => sentAt)).toEqual(
    page.list.map(({ sentAt }) => sentAt).toSorted((a, b) => a - b),
  );
  const { fileId, size } = opened.find(({ type }) => type === 'image') as unknown as { fileId: string; size: number };
  const picture = await fetch(`${node.origin}/api/v1/conversations/tea/files/${fileId}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect((await picture.arrayBuffer()).byteLength).toBe(size);
});

test('the demo has a desk: conversations in every state, replies, and what the platform says of people', async () => {
  const token = await enter('cy');
  const listed = async (filter: string) =>
    (
      await ask<{ list: { dlgId: string }[] }>(`GET /api/v1/conversations?filter=${filter}`, { as: token })
    ).data.list.map(({ dlgId }) => dlgId);
  expect(await listed('waiting')).toEqual(expect.arrayContaining(['refund', 'gift', 'teapot']));
  expect(await listed('mine')).toEqual(['refund', 'invoice']);
  expect(await listed('pending')).toEqual(['invoice']);
  expect(await listed('closed')).toEqual(['address']);
  const queue = await ask<{ list: { dlgId: string }[] }>('GET /api/v1/queue', { as: token });
  expect(queue.data.list.map(({ dlgId }) => dlgId)).toEqual(['parcel']);

  const { data: notes } = await ask<{ dlgId: string; dlgKey: string; head: number }>(
    'POST /api/v1/conversations/refund/notes',
    { as: token },
  );
  expect(notes.head).toBe(1);
  const { data: replies } = await ask<{ list: { scope: string }[] }>('GET /api/v1/replies', { as: token });
  expect(replies.list.map(({ scope }) => scope)).toEqual(['app', 'app', 'app', 'app', 'app', 'own', 'own']);
  const { data: customer } = await ask<{ custom?: object; members: { custom?: object }[] }>(
    'GET /api/v1/conversations/refund/customer',
    { as: token },
  );
  expect(customer).toMatchObject({ custom: { orderId: 'QH-10082' }, members: [{ custom: { orders: 5 } }, {}, {}, {}] });
});

test('the printed links open once each; the next start prints new ones and tells no story twice', async () => {
  const first = await node.demoLinks();
  expect(first.map(({ name }) => name)).toEqual(['Ada 林小雨', 'Bo 青禾茶铺', 'Cy 客服小陈']);
  const openLink = async (url: string) => {
    const link = new URL(url);
    const { searchParams, hash } = link;
    const body = { groupId: searchParams.get('groupId'), userId: searchParams.get('userId'), ticket: hash.slice(8) };
    return (await ask('POST /api/v1/session', { body })).error ?? 'ok';
  };
  const url = first[0]?.url ?? '';
  expect([await openLink(url), await openLink(url)]).toEqual(['ok', 'ticket.used']);

  const heads = async () =>
    (await ask<{ list: { lastSeq: number }[] }>('GET /api/v1/conversations', { as: await enter('ada') })).data.list.map(
      ({ lastSeq }) => lastSeq,
    );
  const before = await heads();
  await node.close();
  await start();
  expect(await heads()).toEqual(before);
  expect(await openLink((await node.demoLinks())[0]?.url ?? '')).toBe('ok');
  expect(await openLink(url)).toBe('ticket.used');
});

test('what was acknowledged, who is signed in, and the secrets outlive a restart', async () => {
  const token = await enter('bo');
  const secret = configWith().app.secret;
  const message = { fromuid: 'bo', clientMsgId: 'b1', payload: { type: 'text', text: 'kept' } };
  const { data: sent } = await ask('POST /platform/v1/groups/tea/messages', { as: secret, body: message });
  await node.close();
  await start();
  expect((await ask('POST /platform/v1/groups/tea/messages', { as: secret, body: message })).data).toEqual(sent);
  expect((await ask('GET /api/v1/conversations', { as: token })).code).toBe(0);
});

test('a server does not start with another master key than its data was made with', async () => {
  await node.close();
  const other = configWith({ MASTER_KEY: randomBytes(32).toString('base64') });
  await expect(start(other)).rejects.toThrow(/MASTER_KEY is not the one/);
  await start();
  expect((await ask('GET /readyz')).code).toBe(0);
});

test('an address that is taken is said so, and nothing is left running', async () => {
  const { port } = new URL(node.origin);
  const elsewhere = join(dir, 'other');
  await expect(startNode(configWith({ PORT: port, DATA_DIR: elsewhere }))).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

test('logout and revocation close the sockets of their sessions, unasked (I22)', async () => {
  const [phone, desk] = [await enter('ada'), await enter('ada')];
  const [phones, desks] = [await bind('ada', phone), await bind('ada', desk)];
  await ask('DELETE /api/v1/session', { as: phone });
  expect(await phones.closed).toBe(closeCodes.signInNeeded.code);
  expect(desks.ws.readyState).toBe(WebSocket.OPEN);
  await ask('DELETE /platform/v1/users/ada/tokens', { as: configWith().app.secret });
  expect(await desks.closed).toBe(closeCodes.signInNeeded.code);
});

test('sockets come from our own pages, from origins of the app, or from no browser (T7)', async () => {
  const token = await enter('ada');
  for (const origin of [node.origin, node.origin.replace('127.0.0.1', 'localhost'), 'https://shop.test', undefined]) {
    const { ws } = await bind('ada', token, origin === undefined ? {} : { origin });
    ws.terminate();
  }
  for (const origin of ['https://evil.test', 'null', 'https://shop.test.evil.test', 'http://shop.test']) {
    await expect(bind('ada', token, { origin })).rejects.toThrow(/403/);
  }
});

test('who is online is seen over HTTP', async () => {
  const token = await enter('ada');
  const { ws } = await bind('bo', await enter('bo'));
  const online = async () => {
    const { data } = await ask<{ list: { userId: string; online: boolean }[] }>(
      'GET /api/v1/conversations/tea/members',
      {
        as: token,
      },
    );
    return data.list.filter((member) => member.online).map(({ userId }) => userId);
  };
  expect(await online()).toEqual(['bo']);
  ws.terminate();
});

test('draining: sockets are told to come back elsewhere, and then nobody listens any more', async () => {
  const { closed } = await bind('ada', await enter('ada'));
  await node.drain(0);
  expect(await closed).toBe(closeCodes.draining.code);
  await expect(fetch(`${node.origin}/healthz`)).rejects.toThrow();
});

test('draining: a request that does not arrive to its end holds nobody up', async () => {
  const { hostname, port } = new URL(node.origin);
  const halves = [
    '',
    'POST /api/v1/session HTTP/1.1\r\nHost: x\r\n',
    'POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
  ].map(async (half) => {
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(half);
    await once(socket, 'close');
  });
  await ask('GET /healthz');
  const startedAt = performance.now();
  await node.drain(0);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  await Promise.all(halves);
});

test('draining: not ready first, then sockets are told, then what they sent is answered, then it goes', async () => {
  const { ws, closed } = await bind('ada', await enter('ada'));
  const heard: string[] = [];
  ws.on('message', (data) => heard.push((JSON.parse((data as Buffer).toString()) as { op: string }).op));
  const drained = node.drain(600);
  const ready = await ask('GET /readyz');
  expect(ready).toMatchObject({ code: 1, error: 'server.draining' });
  expect((await ask('GET /api/v1/config')).error).toBe('server.draining');
  await vi.waitFor(() => expect(heard).toContain('drain'));
  expect(await closed).toBe(closeCodes.draining.code);
  await drained;
  await expect(fetch(`${node.origin}/readyz`)).rejects.toThrow();
});

test('the limits that were set are in force on sockets and over HTTP, and told to whoever asks', async () => {
  await node.close();
  await start(configWith({ LIMITS: 'contentBytes=500,frameBytes=9000,sendsPerUserBurst=2,sendsPerUserPerSecond=1' }));
  const { data } = await ask<Record<string, number>>('GET /api/v1/config/limits');
  expect(data).toMatchObject({ contentBytes: 500, frameBytes: 9_000, sendsPerUserBurst: 2 });
  const token = await enter('ada');
  const { ws } = await bind('ada', token);
  const answers: { op: string; error?: string; retryAfterMs?: number }[] = [];
  ws.on('message', (frame) => answers.push(JSON.parse((frame as Buffer).toString()) as (typeof answers)[0]));
  const say = (clientMsgId: string, content: string) =>
    ws.send(JSON.stringify({ op: 'send', dlgId: 'tea', clientMsgId, content }));
  say('long', 'x'.repeat(501));
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  expect(answers[0]).toMatchObject({ op: 'nack', error: 'message.too_large' });

  const { data: entered } = await ask<{ dlgKey: string }>('GET /api/v1/conversation?groupId=tea', { as: token });
  const sealed = (clientMsgId: string) =>
    seal('{"type":"text","text":"x"}', { dlgId: 'tea', dlgKey: entered.dlgKey, fromuid: 'ada', clientMsgId });
  for (const clientMsgId of ['c1', 'c2', 'c3']) say(clientMsgId, sealed(clientMsgId));
  await vi.waitFor(() => expect(answers.filter(({ op }) => op === 'ack' || op === 'nack')).toHaveLength(4));
  expect(answers.find(({ error }) => error === 'rate.limited')).toMatchObject({
    op: 'nack',
    clientMsgId: 'c3',
    retryAfterMs: expect.any(Number),
  });
  const body = { clientMsgId: 'c3', content: sealed('c3') };
  expect((await ask('POST /api/v1/conversations/tea/messages', { as: token, body })).error).toBe('rate.limited');
  ws.terminate();
});

test('neither the disk nor the log holds a text, a name of a file, a key, a token or a secret (I37)', async () => {
  const secret = configWith().app.secret;
  const body = { fromuid: 'ada', clientMsgId: 'a1', payload: { type: 'text', text: 'CANARY 金丝雀' } };
  await ask('POST /platform/v1/groups/tea/messages', { as: secret, body });
  const token = await enter('ada');
  const form = new FormData();
  form.set('file', new Blob(['CANARY 金丝雀'], { type: 'text/plain' }), 'CANARY.txt');
  await fetch(`${node.origin}/api/v1/conversations/tea/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  });
  const cys = await enter('cy');
  const note = { status: 'pending', note: 'CANARY 金丝雀' };
  const reply = { title: 'CANARY', text: '金丝雀' };
  const profile = { name: 'Ada', urole: 'user', custom: { is: 'CANARY' } };
  for (const [what, as, kept] of [
    ['PATCH /api/v1/conversations/tea/desk', cys, note],
    ['PUT /api/v1/replies/canary', cys, reply],
    ['PUT /platform/v1/replies/canary', secret, reply],
    ['PUT /platform/v1/users/ada', secret, profile],
  ] as const) {
    expect((await ask(what, { as, body: kept })).code).toBe(0);
  }
  const { data } = await ask<{ dlgKey: string }>('GET /api/v1/conversation?groupId=tea', { as: token });
  const key = data.dlgKey.slice(4);
  const { ws } = await bind('ada', token);

  const written = [logged.join('')];
  for (const entry of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    const isSecret = entry.startsWith('secrets');
    const file = join(dir, entry);
    if (!isSecret && statSync(file).isFile()) written.push(readFileSync(file, 'latin1'));
  }
  expect(written.length).toBeGreaterThan(3);
  const canaries = ['CANARY', '金丝雀', '明前龙井', token, secret, key, Buffer.from(secret).toString('base64url')];
  for (const text of written) {
    for (const canary of canaries) {
      expect(text.includes(canary)).toBe(false);
      expect(text.includes(Buffer.from(canary).toString('latin1'))).toBe(false);
    }
  }
  ws.terminate();
});
