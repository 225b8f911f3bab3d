import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import {
  id,
  limits,
  SUBPROTOCOL,
  type ClientFrame,
  type ClientMsgId,
  type Limits,
  type ServerFrame,
  type Sid,
  type UserId,
} from '@trialogue/protocol';
import { ada, bo, cy, mal, tea } from '@trialogue/testkit';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';

import { silentLogger } from '../ops/log.ts';
import { fakeShop } from './fakes.ts';
import { createGateway } from './gateway.ts';

const OWN = 'https://im.shop.test';
const EMBEDDER = 'https://shop.test';
const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function serve(own: Partial<Limits> = {}) {
  const at = fakeShop();
  const gateway = createGateway({
    ...at,
    limits: { ...limits, ...own },
    clock: { now: () => Date.now() },
    logger: silentLogger,
    isAllowedOrigin: async (origin) => origin === EMBEDDER,
    publicOrigin: OWN,
  });
  const server = createServer((_, response) => response.end('alive'));
  server.on('upgrade', gateway.handleUpgrade);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  stops.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => gateway.close(),
  );
  const dial = (options: ClientOptions = {}, path = '/ws', protocols?: string[]) =>
    client(new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, options));
  const bound = async ({ userId }: { userId: UserId }, client: { sid?: Sid; fence?: number } = {}) => {
    const socket = dial();
    socket.says({ op: 'bind', token: userId, uid: userId, ...client });
    await socket.heard('bound');
    return socket;
  };
  return { ...at, gateway, server, port, dial, bound };
}

function client(ws: WebSocket) {
  const frames: ServerFrame[] = [];
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  let retryAfter: string | undefined;
  /** With 101 it is let in: whoever waits for a refusal is told at once that there is none. */
  const answered = new Promise<number | undefined>((resolve) => {
    ws.on('upgrade', ({ statusCode }: IncomingMessage) => resolve(statusCode));
    ws.on('unexpected-response', (_: unknown, response: IncomingMessage) => {
      retryAfter = response.headers['retry-after'];
      resolve(response.statusCode);
      ws.terminate();
    });
  });
  ws.on('error', () => {});
  ws.on('message', (data) => frames.push(JSON.parse((data as Buffer).toString()) as ServerFrame));
  const whenOpen = (act: () => void) => (ws.readyState === WebSocket.OPEN ? act() : ws.once('open', act));
  return {
    ws,
    frames,
    closed,
    answered,
    retryAfter: () => retryAfter,
    raw: (data: string | Buffer, options = {}) => whenOpen(() => ws.send(data, options)),
    says: (frame: ClientFrame) => whenOpen(() => ws.send(JSON.stringify(frame))),
    heard: async <Op extends ServerFrame['op']>(op: Op, count = 1): Promise<ServerFrame[]> =>
      vi.waitFor(
        () => {
          const found = frames.filter((frame) => frame.op === op);
          expect(found.length).toBeGreaterThanOrEqual(count);
          return found;
        },
        { timeout: 10_000, interval: 5 },
      ),
  };
}

const send = (name: string): ClientFrame => ({
  op: 'send',
  dlgId: tea,
  clientMsgId: id<ClientMsgId>(name),
  content: 'IM1.x',
});
const open: ClientFrame = { op: 'open', id: 1, dlgId: tea };

test('Ada, Bo and Cy talk, over real sockets', async () => {
  const { bound } = await serve();
  const people = [await bound(ada), await bound(bo), await bound(cy)];
  for (const person of people) {
    person.says(open);
    await person.heard('opened');
  }
  people[0]?.says(send('hello'));
  for (const person of people) expect(await person.heard('message')).toMatchObject([{ seq: 1, fromuid: 'ada' }]);
  expect(await people[0]?.heard('ack')).toMatchObject([{ seq: 1, clientMsgId: 'hello' }]);
});

describe('at the door', () => {
  test.each([
    'null',
    'http://im.shop.test',
    'https://im.shop.test.evil.test',
    'https://evil-im.shop.test',
    'https://im.shop.test:8443',
    'https://im.shop.test:443',
    'https://IM.shop.test',
    'https://im.shop.test.',
    'https://im.shop.test/',
    'https://im.shop.test/path',
    'https://im.shop.test?x',
    'https://im.shop.test#x',
    'https://user@im.shop.test',
    'https://im.shop.test@evil.test',
    'https://im.shop.test%00.evil.test',
    'https://im.shop.test evil.test',
    'https://im.shop.test,https://evil.test',
    'https://evil.test, https://im.shop.test',
    '*',
    'https://*',
    'https://*.shop.test',
    'https://shop.test.evil.test',
    'https://notshop.test',
    'https://sub.shop.test',
    'wss://im.shop.test',
    'file://',
    'data:text/html,x',
    'chrome-extension://abcdefgh',
    'https://xn--shp-3na.test',
    'https://127.0.0.1',
    'http://localhost',
    'https://evil.test',
    '',
  ])('a page of the origin "%s" is refused (T7)', async (origin) => {
    const { dial, gateway } = await serve();
    expect(await dial({ headers: { Origin: origin } }).answered).toBe(403);
    expect(gateway.connections()).toBe(0);
  });

  test.each([OWN, EMBEDDER, undefined])('a client of the origin %s may come', async (origin) => {
    const { dial } = await serve();
    await dial(origin === undefined ? {} : { headers: { Origin: origin } }).heard('hello');
  });

  test('a failing list of origins lets nobody in', async () => {
    const at = fakeShop();
    const gateway = createGateway({
      ...at,
      clock: { now: () => 0 },
      logger: silentLogger,
      isAllowedOrigin: () => Promise.reject(new Error('no database')),
    });
    const server = createServer().on('upgrade', gateway.handleUpgrade);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(
      () => new Promise((resolve) => server.close(resolve)),
      () => gateway.close(),
    );
    const { port } = server.address() as AddressInfo;
    const socket = client(new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { Origin: EMBEDDER } }));
    expect(await socket.answered).toBe(503);
  });

  test.each(['/', '/ws/', '/wss', '/ws%2f', '//ws', '/api/v1/ws', '/ws/..'])('there is nothing at %s', async (path) => {
    const { dial } = await serve();
    expect(await dial({}, path).answered).toBe(404);
  });

  test('our subprotocol is chosen from what is offered', async () => {
    const { dial } = await serve();
    const socket = dial({}, '/ws', ['other', SUBPROTOCOL]);
    await socket.heard('hello');
    expect(socket.ws.protocol).toBe(SUBPROTOCOL);
  });

  test('strangers of one address are counted; who has said who they are is none', async () => {
    const { dial, bound } = await serve();
    for (let count = 0; count < 3; count++) await bound(ada);
    const strangers = Array.from({ length: limits.unboundPerAddress }, () => dial());
    for (const stranger of strangers) await stranger.heard('hello');
    expect(await dial().answered).toBe(429);
    strangers[0]?.ws.close();
    await strangers[0]?.closed;
    await vi.waitFor(async () => expect((await dial().heard('hello')).length).toBe(1));
  });

  test('after so many sockets in a second the next ones are asked to come again, each at another time (I29)', async () => {
    const { dial } = await serve({ upgradesPerSecond: 3, unboundPerAddress: 100 });
    for (let count = 0; count < 3; count++) expect(await dial().heard('hello')).toHaveLength(1);
    const late = Array.from({ length: 20 }, () => dial());
    const answers = await Promise.all(late.map(({ answered }) => answered));
    const refused = late.filter((_, n) => answers[n] === 503);
    // The bucket refills while they come.
    expect(refused.length).toBeGreaterThan(10);
    const seconds = refused.map((it) => Number(it.retryAfter()));
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(10);
    expect(new Set(seconds).size).toBeGreaterThan(1);
    await vi.waitFor(
      async () => {
        const again = dial();
        expect(await again.answered).toBe(101);
      },
      { timeout: 5_000 },
    );
  });

  test('a node that is full lets nobody in until somebody has gone', async () => {
    const { dial, bound, gateway } = await serve({ socketsPerNode: 2 });
    const [first] = [await bound(ada), await bound(bo)];
    expect(await dial().answered).toBe(503);
    first.ws.close();
    await vi.waitFor(() => expect(gateway.connections()).toBe(1));
    await dial().heard('hello');
    expect(await dial().answered).toBe(503);
  });

  test('the newer socket of a client takes over, over real sockets (I28)', async () => {
    const { bound } = await serve();
    const sid = id<Sid>('client-of-ada-00');
    const older = await bound(ada, { sid, fence: 1 });
    const newer = await bound(ada, { sid, fence: 2 });
    expect(await older.closed).toEqual({ code: 4509, reason: 'A newer socket of this client has taken over.' });
    newer.says(send('mine'));
    await newer.heard('ack');
  });

  test.each([
    ['POST', 'POST /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', /^HTTP\/1\.1 405 /],
    [
      'no key',
      'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ],
    [
      'another upgrade',
      'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ],
    ['no HTTP', 'SSH-2.0-x\r\n\r\n', /^HTTP\/1\.1 400 /],
  ])('a handshake with %s gets a proper answer', async (_, request, answer) => {
    const at = await serve();
    expect(await at.dial().heard('hello')).toHaveLength(1);
    expect(await exchange(at.port, request)).toMatch(answer);
    await isAlive(at);
  });

  test('3,000 headers do not bring the process down (CVE-2024-37890)', async () => {
    const at = await serve();
    // Node itself refuses what is above 16 KiB; below that `ws` has to cope with headers that were cut off the list.
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    for (const count of [3_000, 2_100]) {
      const headers = Array.from({ length: count }, () => 'a:\r\n').join('');
      expect(await exchange(at.port, `GET /ws HTTP/1.1\r\nHost: x\r\n${headers}${upgrade}`)).toMatch(
        /^HTTP\/1\.1 4\d\d /,
      );
    }
    await isAlive(at);
  });

  test('32 kB of spaces in the subprotocol take no time (CVE-2021-32640)', async () => {
    const at = await serve();
    const request = `GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\nSec-WebSocket-Protocol: a${' '.repeat(12_000)}b\r\n\r\n`;
    const startedAt = performance.now();
    expect(await exchange(at.port, request)).toMatch(/^HTTP\/1\.1 400 /);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await isAlive(at);
  });
});

describe('hostile bytes', () => {
  test.each<[string, (at: ReturnType<typeof client>) => void, number]>([
    ['a binary frame', ({ raw }) => raw(Buffer.from('{"op":"pong"}'), { binary: true }), 4501],
    ['no JSON', ({ raw }) => raw('{'), 4501],
    ['100,000 brackets', ({ raw }) => raw('['.repeat(60_000)), 4501],
    ['a prototype', ({ raw }) => raw('{"__proto__":{"op":"pong"}}'), 4501],
    ['a frame above 64 KiB', ({ raw }) => raw('x'.repeat(limits.frameBytes + 1)), 1009],
    ['bytes that are no UTF-8', ({ raw }) => raw(Buffer.from([0xff, 0xfe]), { binary: false }), 1007],
  ])('%s closes this socket and no other', async (_, act, code) => {
    const { bound } = await serve();
    const [good, bad] = [await bound(ada), await bound(bo)];
    act(bad);
    expect((await bad.closed).code).toBe(code);
    good.says(send('still-here'));
    await good.heard('ack');
  });

  test.each([
    [limits.frameBytes - 1, 4501],
    [limits.frameBytes, 4501],
    [limits.frameBytes + 1, 1009],
  ])('a frame of %d bytes is closed with %d', async (size, code) => {
    const { bound } = await serve();
    const bad = await bound(bo);
    bad.raw('x'.repeat(size));
    expect((await bad.closed).code).toBe(code);
  });

  test.each([
    [15, true],
    [16, true],
    [17, false],
  ])('a frame in %d pieces is put together: %s', async (pieces, isTaken) => {
    const { bound } = await serve();
    const socket = await bound(ada);
    const text = JSON.stringify(send('in-pieces'));
    for (let at = 0; at < pieces; at++) {
      const piece = at === pieces - 1 ? text.slice(at) : text.slice(at, at + 1);
      socket.raw(piece, { fin: at === pieces - 1 });
    }
    const acked = socket.heard('ack').then(() => 'acked');
    const answer = await Promise.race([acked, socket.closed.then(({ code }) => code)]);
    expect(answer).toBe(isTaken ? 'acked' : 1008);
  });

  test('garbage after the handshake, reserved bits, unmasked frames, lengths that lie', async () => {
    const at = await serve();
    const good = await at.bound(ada);
    const hostile = [
      Buffer.from('not a frame at all, but long enough to be read as one'),
      Buffer.from([0xf1, 0x80, 0, 0, 0, 0]),
      Buffer.from([0x81, 0x01, 0x61]),
      Buffer.from([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
      Buffer.from([0x89, 0xfe, 0x00, 0x7e, 0, 0, 0, 0]),
      Buffer.from([0x88, 0x81, 0, 0, 0, 0, 0x03]),
      Buffer.from([0x83, 0x80, 0, 0, 0, 0]),
      Buffer.from([0x80, 0x80, 0, 0, 0, 0]),
    ];
    for (const bytes of hostile) {
      const socket = await handshake(at.port);
      socket.end(bytes);
      await new Promise((resolve) => socket.once('close', resolve));
    }
    let seed = 7;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) % 256;
    for (let round = 0; round < 50; round++) {
      const socket = await handshake(at.port);
      socket.end(Buffer.from(Array.from({ length: 64 }, random)));
      await new Promise((resolve) => socket.once('close', resolve));
    }
    good.says(send('still-here'));
    await good.heard('ack');
    await vi.waitFor(() => expect(at.gateway.connections()).toBe(1));
  });

  test('sockets reset in the middle of anything leave nothing behind', async () => {
    const at = await serve();
    for (let round = 0; round < 20; round++) {
      const socket = await handshake(at.port);
      socket.write(Buffer.from([0x81, 0xfe, 0x01]));
      socket.resetAndDestroy();
    }
    const plain = connect(at.port, '127.0.0.1');
    plain.write('GET /ws HTTP/1.1\r\nHost: x\r\nUpgr');
    plain.resetAndDestroy();
    await vi.waitFor(() => expect(at.gateway.connections()).toBe(0));
    await isAlive(at);
  });

  test('a flood of pings is closed', async () => {
    const { bound } = await serve();
    const flood = await bound(mal);
    for (let count = 0; count < 500; count++) flood.ws.ping();
    // `ws` cuts whoever pings faster than its pongs go out; whoever is slower than that meets our own allowance.
    expect([4013, 1006]).toContain((await flood.closed).code);
  });
});

describe('half-open', () => {
  test('a client that says it is done writing is closed', async () => {
    const at = await serve();
    const socket = await handshake(at.port);
    socket.end();
    await new Promise((resolve) => socket.once('close', resolve));
    await vi.waitFor(() => expect(at.gateway.connections()).toBe(0));
  });

  test('a client that never says who it is is closed in time', async () => {
    const at = await serve();
    const socket = at.dial();
    expect(await socket.closed).toEqual({ code: 4401, reason: 'bind did not come in time' });
  });

  test('a client that does not answer our close is cut', async () => {
    const at = await serve();
    const socket = await handshake(at.port);
    socket.on('data', () => {});
    socket.write(masked('nonsense'));
    const startedAt = performance.now();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    await vi.waitFor(() => expect(at.gateway.connections()).toBe(0));
  });
});

describe('many frames', () => {
  test('5,000 messages in a burst arrive in order, each once (I9)', async () => {
    const { bound, append } = await serve();
    const readers = [await bound(ada), await bound(bo), await bound(cy)];
    for (const reader of readers) {
      reader.says(open);
      await reader.heard('opened');
    }
    for (let count = 1; count <= 5_000; count++) append(tea, bo.userId, `c${count}`);
    for (const reader of readers) {
      const frames = await reader.heard('message', 5_000);
      expect(frames.map((frame) => frame.op === 'message' && frame.seq)).toEqual(
        Array.from({ length: 5_000 }, (_, at) => at + 1),
      );
    }
  });

  test('who does not read is closed, and the others do not feel it (I24, I25)', async () => {
    const { bound, append, gateway } = await serve({ unsentMs: 1_500 });
    const [reader, sleeper] = [await bound(ada), await bound(bo)];
    for (const person of [reader, sleeper]) {
      person.says(open);
      await person.heard('opened');
    }
    const code = new Promise<number>((resolve) => sleeper.ws.on('close', resolve));
    sleeper.ws.pause();
    let count = 0;
    const got = () => reader.frames.filter(({ op }) => op === 'message').length;
    while (gateway.connections() === 2 && count < 4_000) {
      append(tea, cy.userId, `c${++count}`, 'x'.repeat(16_000));
      // She has each of them before the next is sent, however many lie unread at his end.
      await vi.waitFor(() => expect(got()).toBe(count), { timeout: 10_000, interval: 1 });
    }
    expect(gateway.connections()).toBe(1);
    sleeper.ws.resume();
    expect([4008, 1006]).toContain(await code);
    const seqs = sleeper.frames.flatMap((frame) => (frame.op === 'message' ? [frame.seq] : []));
    expect(seqs).toEqual(seqs.map((_, at) => at + 1));
  });

  test('who has lagged and reads on has all of it in order, on the same socket (I25)', async () => {
    const { bound, append } = await serve();
    const slow = await bound(bo);
    slow.says(open);
    await slow.heard('opened');
    slow.ws.pause();
    for (let count = 1; count <= 600; count++) {
      append(tea, cy.userId, `c${count}`, 'x'.repeat(16_000));
      if (count % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    slow.ws.resume();
    const frames = await slow.heard('message', 600);
    expect(frames.map((frame) => frame.op === 'message' && frame.seq)).toEqual(
      Array.from({ length: 600 }, (_, n) => n + 1),
    );
    expect(slow.frames.some(({ op }) => op === 'head')).toBe(true);
    append(tea, cy.userId, 'live');
    expect((await slow.heard('message', 601)).at(-1)).toMatchObject({ seq: 601 });
  });

  test('a reader who has stalled costs no more than 1.25 MiB (I24)', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const held = () => {
      gc();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const STALLED = 12;
    const at = await serve({ unsentMs: 60_000, unboundPerAddress: 100, socketsPerUser: 50 });
    // The texts of the log are the shop's, and would be there without anybody who reads.
    const text = 'x'.repeat(16_000);
    const sleepers = [];
    for (let count = 0; count < STALLED; count++) {
      const sleeper = await at.bound(bo);
      sleeper.says(open);
      sleeper.says({ op: 'history', id: 2, dlgId: tea, limit: 200 });
      await sleeper.heard('page');
      sleeper.ws.pause();
      sleepers.push(sleeper);
    }
    const before = held();
    for (let count = 1; count <= 400; count++) {
      at.append(tea, cy.userId, `c${count}`, text);
      if (count % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      // They ask for more than they read, too.
      if (count % 100 === 0) for (const it of sleepers) it.says({ op: 'history', id: count, dlgId: tea, limit: 200 });
    }
    const costMiB = () => (held() - before) / STALLED / 1024 / 1024;
    // What this process itself is still busy with, clients and all, is nobody's cost; what is kept for them stays.
    await expect.poll(costMiB, { timeout: 15_000, interval: 200 }).toBeLessThan(1.25);
    expect(at.gateway.connections()).toBe(STALLED);
    // None of them was given up for it: they lagged.
    for (const it of sleepers) it.ws.resume();
    for (const it of sleepers) await it.heard('message', 400);
  });
});

describe('going away', () => {
  test('all are told when to come back, served until then, and closed with 4001 (I30)', async () => {
    const at = await serve();
    const people = [await at.bound(ada), await at.bound(bo), await at.bound(cy)];
    const drained = at.gateway.drain(300);
    people[0]?.says(send('last'));
    for (const person of people) {
      const [drain] = await person.heard('drain');
      expect(drain).toMatchObject({ inMs: expect.any(Number) });
      expect((await person.closed).code).toBe(4001);
    }
    expect(people[0]?.frames.some(({ op }) => op === 'ack' || op === 'nack')).toBe(true);
    await drained;
    expect(at.gateway.connections()).toBe(0);
    expect(await at.dial().answered).toBe(503);
  });

  test('a send that is under way is answered before the close', async () => {
    const at = await serve();
    const sender = await at.bound(ada);
    let release = () => {};
    at.disk.ready = new Promise((resolve) => (release = resolve));
    sender.says(send('under-way'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const drained = at.gateway.drain(0);
    await sender.heard('drain');
    release();
    await drained;
    expect(sender.frames.map(({ op }) => op)).toEqual(['hello', 'bound', 'drain', 'ack']);
    expect((await sender.closed).code).toBe(4001);
  });
});

const REQUEST = `GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\n\r\n`;

async function handshake(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: false });
  socket.on('error', () => {});
  socket.write(REQUEST);
  await new Promise((resolve) => socket.once('data', resolve));
  return socket;
}

/** Sends a request and reads until the other end closes. */
async function exchange(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => (answer += chunk.toString()));
  socket.write(request);
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

async function isAlive({ port, dial }: { port: number; dial: () => ReturnType<typeof client> }): Promise<void> {
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('alive');
  expect(await dial().heard('hello')).toHaveLength(1);
}

function masked(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}
