import { connect } from 'node:net';

import { must, type Check } from '../check.ts';
import type { Ask } from '../stage/http.ts';

const MOST_MS = 5_000;

export const badRequests: Check = {
  about: ['I38', '§10.1'],
  title: 'Bad HTTP gets a clear refusal: never 5xx, never silence',
  async run(at) {
    const { ada, group } = await at.pair();
    const witness = await group.enter(ada);
    const { dlgId } = group;
    const json = { 'content-type': 'application/json' };
    const messages = `/api/v1/conversations/${dlgId}/messages`;
    const files = `/api/v1/conversations/${dlgId}/files`;
    const form = { 'content-type': 'multipart/form-data; boundary=x' };
    const part = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n';
    const asks: [string, string, string, Ask][] = [
      ['no JSON', 'POST', messages, { body: '{', headers: json }],
      ['JSON null', 'POST', messages, { body: 'null', headers: json }],
      ['a list', 'POST', messages, { body: '[]', headers: json }],
      ['nothing', 'POST', messages, { body: '', headers: json }],
      ['records for texts', 'POST', messages, { body: { clientMsgId: { $gt: '' }, content: [1] } }],
      ['a prototype', 'POST', messages, { body: '{"__proto__":{"clientMsgId":"x"},"content":"y"}', headers: json }],
      ['deep JSON', 'POST', messages, { body: `${'['.repeat(9_000)}${']'.repeat(9_000)}`, headers: json }],
      ['XML', 'POST', messages, { body: '<a/>', headers: { 'content-type': 'application/xml' } }],
      [
        'another charset',
        'POST',
        messages,
        { body: 'x', headers: { 'content-type': 'application/json; charset=utf-7' } },
      ],
      [
        'a form for JSON',
        'POST',
        messages,
        { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      ],
      ['an upload without a file', 'POST', files, { body: new FormData() }],
      ['an upload that ends at once', 'POST', files, { body: '--x\r\n', headers: form }],
      ['an upload that ends in its file', 'POST', files, { body: `${part}abc`, headers: form }],
      ['an upload that ends in a header', 'POST', files, { body: '--x\r\nContent-Disposition: form', headers: form }],
      ['an upload of another boundary', 'POST', files, { body: `${part}abc\r\n--y--`, headers: form }],
      [
        'an upload without a boundary',
        'POST',
        files,
        { body: part, headers: { 'content-type': 'multipart/form-data' } },
      ],
      ['limit=abc', 'GET', `${messages}?limit=abc`, {}],
      ['limit=201', 'GET', `${messages}?limit=201`, {}],
      ['limit=-1', 'GET', `${messages}?limit=-1`, {}],
      ['after=1e99', 'GET', `${messages}?after=1e99`, {}],
      ['before and after', 'GET', `${messages}?before=1&after=1`, {}],
      ['a parameter twice', 'GET', `${messages}?limit=1&limit=2`, {}],
      ['seq 0', 'POST', `/api/v1/conversations/${dlgId}/read`, { body: { seq: 0 } }],
      ['seq NaN', 'POST', `/api/v1/conversations/${dlgId}/read`, { body: '{"seq":NaN}', headers: json }],
      ['recall of a word', 'POST', `${messages}/first/recall`, {}],
      ['a broken escape', 'GET', '/api/v1/conversations/%E0%A4%A/messages', {}],
      ['a NUL in an id', 'GET', '/api/v1/conversations/%00/messages', {}],
      ['a long id', 'GET', `/api/v1/conversations/${'x'.repeat(3_000)}/messages`, {}],
      ['a path that climbs', 'GET', '/api/v1/../../../../etc/passwd', {}],
      ['an unknown route', 'GET', '/api/v1/nothing', {}],
      ['a wrong method', 'PUT', messages, { body: {} }],
      [
        'a dead ticket',
        'POST',
        '/api/v1/session',
        { body: { groupId: 'x', userId: 'y', ticket: 'a.b.c' }, isOnce: true },
      ],
      ['a token of noughts', 'GET', messages, { bearer: '0'.repeat(300) }],
      ['a token of three dots', 'GET', messages, { bearer: '...' }],
      ['no token', 'GET', messages, { headers: { authorization: 'Basic eDp5' } }],
    ];
    for (const [what, method, path, ask] of asks) {
      const before = performance.now();
      const answer = await at.http.ask(method, path, {
        ...(ask.headers?.['authorization'] === undefined && { bearer: ada.token }),
        ...ask,
      });
      const ms = performance.now() - before;
      must(answer.status < 500, `${what}: a status below 500`, `HTTP ${answer.status} ${answer.text.slice(0, 100)}`);
      must(
        answer.code !== undefined && answer.code !== 0,
        `${what}: an envelope that refuses`,
        `HTTP ${answer.status} ${answer.text.slice(0, 100)}`,
      );
      must(
        typeof answer.error === 'string' && answer.data === null,
        `${what}: error and data null in it`,
        answer.text.slice(0, 100),
      );
      must(ms < MOST_MS, `${what}: an answer within ${MOST_MS} ms`, `${Math.round(ms)} ms`);
    }
    const raw: [string, string][] = [
      ['no HTTP', 'hello\r\n\r\n'],
      ['a lie about the length', 'POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n'],
      [
        'both lengths',
        'POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ],
      ['an upgrade without a key', 'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
      [
        'an upgrade elsewhere',
        'GET /api HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Version: 13\r\n\r\n',
      ],
    ];
    if (at.http.origin.startsWith('http:')) {
      for (const [what, bytes] of raw) {
        const status = await statusOf(at.http.origin, bytes);
        must(
          status !== undefined && status >= 400 && status < 500,
          `${what}: 400 to 499`,
          status === undefined ? `nothing in ${MOST_MS} ms` : `${status}`,
        );
      }
    }
    await group.page(witness.socket, { limit: 1 });
    return `${asks.length} bad requests and ${raw.length} that are hardly HTTP, with an open socket looking on`;
  },
};

/** 0: closed without a word. */
function statusOf(origin: string, bytes: string): Promise<number | undefined> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const socket = connect(Number(port || 80), hostname.replace(/^\[|\]$/g, ''), () => socket.write(bytes));
    let heard = '';
    const done = (status: number | undefined) => {
      socket.destroy();
      resolve(status);
    };
    socket.setTimeout(MOST_MS, () => done(undefined));
    socket.on('data', (data) => {
      heard += data.toString('latin1');
      const status = /^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1];
      if (status) done(Number(status));
    });
    socket.on('error', () => done(0));
    socket.on('end', () => done(0));
  });
}
