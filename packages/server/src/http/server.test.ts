import { connect, type AddressInfo } from 'node:net';

import { list, record, text } from '@trialogue/protocol';
import { clientApi, demoApi, platformApi, type Api } from '@trialogue/protocol/api';
import { ada, bo, tea } from '@trialogue/testkit';
import fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { noRates } from '../access/rates.ts';
import { addressOf, blockOf } from './address.ts';
import { appSecret, embedder, openHttp, type Http, type Sent } from './httpUnderTest.ts';
import { ownOrigins } from './ownOrigins.ts';
import { serve } from './routes.ts';

let at: Http;
let adas: string;
beforeEach(async () => {
  at = await openHttp();
  adas = await at.tokenOf(ada);
});
afterEach(() => at.close());

const SEND = 'POST /api/v1/conversations/tea/messages';

describe('whatever comes in, what goes out is an envelope:', () => {
  const json = { 'content-type': 'application/json' };
  test.each<[string, string, Sent, number, string]>([
    ['an unknown route', 'GET /nowhere', {}, 404, 'route.not_found'],
    ['an unknown route of the API', 'GET /api/v1/nowhere', {}, 404, 'route.not_found'],
    ['a method that is not served', 'PATCH /api/v1/conversations', {}, 404, 'route.not_found'],
    ['an address that cannot be decoded', 'GET /api/v1/%zz', {}, 404, 'route.not_found'],
    ['an id beyond all length', `GET /api/v1/conversations/${'x'.repeat(500)}/members`, {}, 404, 'route.not_found'],
    ['a huge body', SEND, { body: { content: 'x'.repeat(300_000) } }, 413, 'request.too_large'],
    ['plain text', SEND, { headers: { 'content-type': 'text/plain' }, raw: '{}' }, 415, 'request.unsupported_media'],
    [
      'a form',
      SEND,
      { headers: { 'content-type': 'application/x-www-form-urlencoded' }, raw: 'a=b' },
      415,
      'request.unsupported_media',
    ],
    ['JSON that is cut off', SEND, { headers: json, raw: '{"clientMsgId":' }, 200, 'request.malformed'],
    ['no body', SEND, {}, 200, 'request.malformed'],
    ['an empty body', SEND, { headers: json, raw: '' }, 200, 'request.malformed'],
    ['a list for a record', SEND, { body: [] }, 200, 'request.malformed'],
    ['null', SEND, { body: null }, 200, 'request.malformed'],
    ['a record for a text', SEND, { body: { clientMsgId: { $ne: '' }, content: 'x' } }, 200, 'request.malformed'],
    [
      'a field __proto__',
      SEND,
      { headers: json, raw: '{"clientMsgId":"a","content":"b","__proto__":{"x":1}}' },
      200,
      'request.malformed',
    ],
    [
      'a constructor.prototype',
      SEND,
      { headers: json, raw: '{"constructor":{"prototype":{"x":1}}}' },
      200,
      'request.malformed',
    ],
    [
      'a body nested without end',
      SEND,
      { headers: json, raw: `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}` },
      200,
      'request.malformed',
    ],
    [
      'a method in a header',
      'GET /api/v1/session',
      { headers: { 'x-http-method-override': 'DELETE' } },
      404,
      'route.not_found',
    ],
  ])('%s', async (_, what, sent, status, error) => {
    const came = await at.ask(what, { as: adas, ...sent });
    expect(came).toMatchObject({ status, json: { code: 1, data: null, error } });
    expect(came.json.msg).not.toBe('');
    expect(came.json.requestId).toMatch(/^[\w-]{12}$/);
    expect(Object.keys(came.json).toSorted()).toEqual(['code', 'data', 'error', 'msg', 'requestId']);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  test.each([16 * 1024 + 1, 64 * 1024, 64 * 1024 + 1, 200_000])(
    'content of %d characters is too large, by name',
    async (length) => {
      const came = await at.ask(SEND, { as: adas, body: { clientMsgId: 'c1', content: 'x'.repeat(length) } });
      expect(came).toMatchObject({ status: 413, json: { code: 1, error: 'message.too_large' } });
      expect(came.json.msg).toContain('at most 16384 characters');
    },
  );

  test.each([8_192, 8_193, 100_000])('a text of %d characters is too large, by name', async (length) => {
    const body = { fromuid: 'ada', clientMsgId: 'c1', payload: { type: 'text', text: 'x'.repeat(length) } };
    const came = await at.ask('POST /platform/v1/groups/tea/messages', { as: appSecret, body });
    expect(came).toMatchObject({ status: 413, json: { code: 1, error: 'message.too_large' } });
    expect(came.json.msg).toContain('at most 8192 bytes');
  });

  test('a wrong field is named, with what was expected', async () => {
    const came = await at.ask(SEND, { as: adas, body: { clientMsgId: 'no spaces', content: 'x' } });
    expect(came.json.msg).toContain('body.clientMsgId: expected text like [A-Za-z0-9_-]+');
  });

  test('what a wrong field held is not repeated', async () => {
    const came = await at.ask(SEND, { as: adas, body: { clientMsgId: '<CANARY>', content: 'x' } });
    expect(came.text).not.toContain('CANARY');
  });
});

describe('a bug', () => {
  test('is answered with a request id, and what happened is in the log only', async () => {
    const broken = await openHttp({
      chat: { conversations: () => Promise.reject(new TypeError('CANARY')) } as never,
    });
    const came = await broken.ask('GET /api/v1/conversations', { as: await broken.tokenOf(ada) });
    expect(came).toMatchObject({ status: 500, json: { code: 1, error: 'server.internal' } });
    expect(came.text).not.toContain('CANARY');
    expect(broken.logged).toContainEqual({
      what: 'http: failed',
      fields: { requestId: came.json.requestId, operation: 'getDlgPage', error: expect.any(TypeError) },
    });
    await broken.close();
  });

  test('that answers with something else than was promised does not leak it', async () => {
    const api = {
      getNames: {
        method: 'GET',
        path: '/names',
        summary: '',
        auth: 'nobody',
        data: record({ list: list(record({ name: text() })) }),
      },
      getOdd: { method: 'GET', path: '/odd', summary: '', auth: 'nobody', data: record({ name: text() }) },
    } as const satisfies Api;
    const app = fastify();
    serve(app, {
      api,
      handlers: {
        getNames: async () => ({ list: [{ name: 'Ada', passwordHash: 'CANARY' }] }),
        getOdd: async () => ({ name: 7 }) as never,
      },
      signIn: at.signIn,
      rates: noRates,
      manner: 'client',
    });
    expect((await app.inject('/names')).json()).toEqual({ code: 0, data: { list: [{ name: 'Ada' }] }, msg: '' });
    expect((await app.inject('/odd')).statusCode).toBe(500);
  });
});

test('the address of a socket is told like that of a request', () => {
  const request = { headers: { 'x-forwarded-for': 'forged, 1.1.1.1, 2.2.2.2' }, socket: { remoteAddress: '3.3.3.3' } };
  const from = (hops: number) => addressOf(request as never, hops);
  expect([from(0), from(1), from(2), from(9)]).toEqual(['3.3.3.3', '2.2.2.2', '1.1.1.1', 'forged']);
});

test.for([
  ['1.2.3.4', '1.2.3.4'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
  ['2001:db8:1:2:aaaa:bbbb:cccc:dddd', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::1:2', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['no address', 'no address'],
] as const)('%s is counted with all of %s', ([address, block]) => {
  expect(blockOf(address)).toBe(block);
});

describe('another site', () => {
  const preflight = (origin: string, path = '/api/v1/conversations') =>
    at.ask(`OPTIONS ${path}`, { headers: { origin, 'access-control-request-method': 'GET' } });

  test('may call the API when it is on the list, without credentials of the browser', async () => {
    const came = await at.ask('GET /api/v1/conversations', { as: adas, headers: { origin: embedder } });
    expect(came.headers['access-control-allow-origin']).toBe(embedder);
    expect(came.headers).not.toHaveProperty('access-control-allow-credentials');
    expect((await preflight(embedder)).headers['access-control-allow-origin']).toBe(embedder);
  });

  test.each(['https://evil.test', 'null', `${embedder}.evil.test`, `${embedder}:444`, 'http://shop.test'])(
    'may not when it is not: %s (T7)',
    async (origin) => {
      expect((await preflight(origin)).headers).not.toHaveProperty('access-control-allow-origin');
      const came = await at.ask('GET /api/v1/conversations', { as: adas, headers: { origin } });
      expect(came.headers).not.toHaveProperty('access-control-allow-origin');
    },
  );

  test('never calls the platform API: its secret is for backends', async () => {
    expect((await preflight(embedder, '/platform/v1/groups')).headers).not.toHaveProperty(
      'access-control-allow-origin',
    );
  });
});

test('without the demo there is no door to come in as somebody else', async () => {
  for (const what of [
    'GET /demo/v1/cast',
    'POST /demo/v1/sign-in',
    'POST /demo/v1/groups',
    'GET /login',
    'GET /createGroup',
    'GET /test.html',
  ]) {
    expect(await at.ask(what), what).toMatchObject({ status: 404 });
  }
});

describe('in the demo', () => {
  beforeEach(async () => {
    await at.close();
    at = await openHttp({ isDemo: true });
  });

  test('anybody of the cast can be chosen, and nobody else', async () => {
    const people = (await at.ask('GET /demo/v1/cast')).json.data as { list: { userId: string }[] };
    expect(people.list.map(({ userId }) => userId)).toEqual(['ada', 'bo', 'cy', 'dee', 'mal']);
    const session = await at.ask('POST /demo/v1/sign-in', { body: { userId: 'cy' } });
    expect(session.json.data).toMatchObject({ userId: 'cy', urole: 'service' });
    const { token } = session.json.data as { token: string };
    expect((await at.ask('GET /api/v1/conversations', { as: token })).json.data).toMatchObject({ total: 1 });
    const nobody = await at.ask('POST /demo/v1/sign-in', { body: { userId: 'nobody' } });
    expect(nobody).toMatchObject({ status: 200, json: { code: 1, error: 'user.not_found' } });
  });

  test('a group is made as a platform would make it, with its links', async () => {
    const made = await at.ask('POST /demo/v1/groups', { body: { name: '新订单', members: ['ada', 'bo', 'ada'] } });
    const { links, dlgId } = made.json.data as { links: { userId: string; url: string }[]; dlgId: string };
    expect(links.map(({ userId }) => userId)).toEqual(['ada', 'bo']);
    const ticket = links[0]?.url.split('#ticket=')[1];
    const came = await at.ask('POST /api/v1/session', { body: { groupId: dlgId, userId: 'ada', ticket } });
    expect(came.json).toMatchObject({ code: 0 });
  });

  test('pages are told so', async () => {
    expect((await at.ask('GET /api/v1/config')).json.data).toMatchObject({ demo: true });
  });
});

test('/openapi.json lists every operation of the tables, once', async () => {
  await at.close();
  at = await openHttp({ isDemo: true });
  const page = (await at.ask('GET /openapi.json')).json as unknown as {
    openapi: string;
    paths: Record<string, Record<string, { operationId: string; parameters: { name: string; in: string }[] }>>;
  };
  expect(page.openapi).toBe('3.1.0');
  const listed = Object.values(page.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  const tables = [clientApi, platformApi, demoApi].flatMap((api) => Object.keys(api));
  expect(listed.toSorted()).toEqual(tables.toSorted());
  for (const [path, methods] of Object.entries(page.paths)) {
    for (const { parameters } of Object.values(methods)) {
      const named = parameters.filter((one) => one.in === 'path').map(({ name }) => `{${name}}`);
      expect(path.match(/\{\w+\}/g) ?? []).toEqual(named);
    }
  }
});

describe('the machines that watch', () => {
  test('are told that it lives, and that it can serve', async () => {
    expect(await at.ask('GET /healthz')).toMatchObject({ status: 200, json: { code: 0, data: { alive: true } } });
    expect(await at.ask('GET /readyz')).toMatchObject({ status: 200, json: { code: 0, data: { ready: true } } });
  });

  test('are told that it cannot, while its database does not answer', async () => {
    await at.close();
    at = await openHttp({ store: { ping: () => Promise.reject(new Error('gone')) } });
    expect(await at.ask('GET /readyz')).toMatchObject({ status: 503, json: { code: 1, error: 'storage.unavailable' } });
    expect((await at.ask('GET /healthz')).status).toBe(200);
  });

  test('are told that it is going away; everybody else is asked to try again', async () => {
    at.isDraining.value = true;
    expect(await at.ask('GET /readyz')).toMatchObject({ status: 503, json: { error: 'server.draining' } });
    expect((await at.ask('GET /healthz')).status).toBe(200);
    const came = await at.ask('GET /api/v1/conversations', { as: adas });
    expect(came).toMatchObject({
      status: 503,
      json: { code: 1, error: 'server.draining' },
      headers: { 'retry-after': '1' },
    });
  });

  test('count requests by operation, without ids of anybody', async () => {
    await at.ask('GET /api/v1/conversation?groupId=tea', { as: adas });
    await at.ask('GET /api/v1/conversations/tea/members');
    const { text: page, headers } = await at.ask('GET /metrics');
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(page).toContain('trialogue_http_seconds_count{operation="getConversation",status="200"} 1');
    expect(page).toContain('trialogue_refusals_total{name="auth.missing"} 1');
    expect(page).not.toMatch(/tea|ada/);
  });
});

test('neither log nor answer repeats a token, a ticket or a text', async () => {
  const { url } = await at.signIn.createLink(at.shopApp, { dlgId: tea, userId: bo.userId });
  const ticket = url.split('#ticket=')[1] ?? '';
  await at.ask(`GET /groupConversation?groupId=tea&userId=bo&ticket=${ticket}`);
  await at.ask('POST /api/v1/session', { body: { groupId: 'tea', userId: 'ada', ticket } });
  await at.ask('GET /platform/v1/groups/none/transcript', { as: appSecret });
  await at.ask(SEND, { as: adas, body: await at.sealed(ada, 'CANARY', 'c1') });
  const lines = JSON.stringify(at.logged);
  expect(at.logged.length).toBeGreaterThan(3);
  for (const secret of [ticket, adas, appSecret, 'CANARY']) expect(lines).not.toContain(secret);
});

describe('over a real connection', () => {
  const listen = async () => {
    await at.app.listen({ port: 0, host: '127.0.0.1' });
    return (at.app.server.address() as AddressInfo).port;
  };
  /** Sends bytes as they are, and reads until the other end has had enough. */
  const talk = (port: number, send: (write: (bytes: string) => void) => void) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => send((bytes) => void (socket.writable && socket.write(bytes))));
      let heard = '';
      socket.setTimeout(5_000, () => reject(new Error(`nothing more came after: ${heard}`)));
      socket.on('data', (bytes) => (heard += bytes.toString()));
      socket.on('error', () => resolve(heard));
      socket.on('close', () => resolve(heard));
    });

  test('a body that says it is huge is not waited for', async () => {
    const port = await listen();
    const heard = await talk(port, (write) =>
      write(
        `POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999999\r\n\r\n{"a":`,
      ),
    );
    expect(heard).toMatch(/^HTTP\/1\.1 413 /);
    expect(heard).toContain('"error":"request.too_large"');
    expect(heard.toLowerCase()).toContain('connection: close');
  });

  test('an upload that never ends is cut off at the limit', async () => {
    const port = await listen();
    const token = await at.tokenOf(ada);
    const heard = await talk(port, (write) => {
      write(
        `POST /api/v1/conversations/tea/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
          `Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      const chunk = (text: string) => write(`${text.length.toString(16)}\r\n${text}\r\n`);
      chunk('--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: a/b\r\n\r\n');
      for (let mebibytes = 0; mebibytes < 22; mebibytes++) chunk('x'.repeat(1024 * 1024));
    });
    expect(heard).toMatch(/^HTTP\/1\.1 413 /);
    expect(heard).toContain('"error":"file.too_large"');
  });

  test('an upload whose sender goes away is no bug of ours', async () => {
    const port = await listen();
    const token = await at.tokenOf(ada);
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: a/b\r\n\r\n';
        socket.write(
          `POST /api/v1/conversations/tea/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
            `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 999999\r\n\r\n${head}${'x'.repeat(50_000)}`,
        );
        setTimeout(() => socket.destroy(), 100);
      });
      socket.on('close', () => resolve());
    });
    const refusals = async () => (await at.ask('GET /metrics')).text;
    await expect.poll(refusals, { timeout: 10_000 }).toContain('refusals_total{name="request.malformed"} 1');
    expect(at.logged.filter(({ what }) => what === 'http: failed')).toEqual([]);
  });

  test('a piece whose sender goes away midway stays as far as it came (client.md §4.2)', async () => {
    const port = await listen();
    const token = await at.tokenOf(ada);
    const path = '/api/v1/conversations/tea/uploads';
    const begun = await at.ask(`POST ${path}`, { as: token, body: { name: 'a', mime: 'a/b', size: 200_000 } });
    const { uploadId } = begun.json.data as { uploadId: string };
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(
          `PATCH ${path}/${uploadId}?offset=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
            `Content-Type: application/octet-stream\r\nContent-Length: 200000\r\n\r\n${'x'.repeat(70_000)}`,
        );
        setTimeout(() => socket.destroy(), 100);
      });
      socket.on('close', () => resolve());
    });
    const offset = async () => (await at.ask(`GET ${path}/${uploadId}`, { as: token })).json.data;
    await expect.poll(offset, { timeout: 10_000 }).toEqual({ uploadId, offset: 65_536, size: 200_000 });
    const rest = { headers: { 'content-type': 'application/octet-stream' }, raw: 'x'.repeat(200_000 - 65_536) };
    const last = await at.ask(`PATCH ${path}/${uploadId}?offset=65536`, { as: token, ...rest });
    expect(last.json.data).toMatchObject({ file: { size: 200_000 } });
    expect(at.logged.filter(({ what }) => what === 'http: failed')).toEqual([]);
  });

  test('two lengths that disagree are not a request (T34)', async () => {
    const port = await listen();
    const heard = await talk(port, (write) =>
      write(
        'POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ),
    );
    expect(heard).toMatch(/^HTTP\/1\.1 400 /);
  });
});

test('a server knows what browsers call it', () => {
  const own = (host: string, publicUrl?: string) => ownOrigins({ host, port: 8080, publicUrl });
  expect(own('127.0.0.1')).toEqual({
    origin: 'http://127.0.0.1:8080',
    publicUrl: 'http://127.0.0.1:8080',
    own: ['http://127.0.0.1:8080', 'http://localhost:8080'],
  });
  expect(own('0.0.0.0').origin).toBe('http://127.0.0.1:8080');
  expect(own('::1').origin).toBe('http://[::1]:8080');
  expect(own('10.0.0.7').own).toEqual(['http://10.0.0.7:8080']);
  expect(own('0.0.0.0', 'https://im.test')).toMatchObject({ publicUrl: 'https://im.test', own: ['https://im.test'] });
});
