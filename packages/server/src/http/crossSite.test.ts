import { clientApi, platformApi, type Operation } from '@trialogue/protocol/api';
import { ada, mal } from '@trialogue/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { appSecret, embedder, openHttp, type Http } from './httpUnderTest.ts';

let at: Http;
beforeEach(async () => {
  at = await openHttp();
});
afterEach(() => at.close());

const operations = [
  ...Object.entries(clientApi as Record<string, Operation>).map(([name, it]) => [name, '/api/v1', it] as const),
  ...Object.entries(platformApi as Record<string, Operation>).map(([name, it]) => [name, '/platform/v1', it] as const),
];
const changing = operations.filter(([, , { method }]) => method !== 'GET');
const urlOf = (prefix: string, { path }: Operation) =>
  prefix + path.replaceAll(/:seq/g, '1').replaceAll(/:\w+/g, 'tea');
/** What another site's page can have a browser send without asking first. */
const simple = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=b'];

test.for(operations.filter(([, , { auth }]) => auth !== 'nobody'))(
  '%s: a cookie, a query and a user of the address are no credential (T8)',
  async ([, prefix, operation]) => {
    const token = await at.tokenOf(ada);
    const url = urlOf(prefix, operation);
    const tries = [
      [url, { cookie: `token=${token}; authorization=Bearer ${token}; session=${appSecret}` }],
      [`${url}?token=${token}&access_token=${token}&secret=${appSecret}`, {}],
      [url, { authorization: `Basic ${Buffer.from(`ada:${token}`).toString('base64')}` }],
      [url, { 'x-authorization': `Bearer ${token}`, 'x-api-key': appSecret }],
    ] as const;
    for (const [where, headers] of tries) {
      const came = await at.ask(`${operation.method} ${where}`, { headers });
      expect(came.json).toMatchObject({ code: 401, error: 'auth.missing' });
      expect(came.headers).not.toHaveProperty('set-cookie');
    }
  },
);

test.for(changing.filter(([, , { body }]) => typeof body !== 'string'))(
  '%s takes no body that a form could send (T8)',
  async ([, prefix, operation]) => {
    const as = operation.auth === 'secret' ? appSecret : await at.tokenOf(mal);
    for (const type of simple) {
      const came = await at.ask(`${operation.method} ${urlOf(prefix, operation)}`, {
        as,
        headers: { 'content-type': type, origin: embedder },
        raw: '{"name":"x","members":[],"userId":"mal"}',
      });
      // Where no body is read, none is needed to say no; what is there is not changed by it either.
      if (operation.body) expect([415, 400, 200]).toContain(came.status);
      if (operation.body) expect(came.json).toMatchObject({ code: 1, error: 'request.unsupported_media' });
    }
  },
);

test('a method in a header, a query or a form is no method (T8)', async () => {
  const as = await at.tokenOf(ada);
  for (const headers of [{ 'x-http-method-override': 'DELETE' }, { 'x-method-override': 'DELETE' }, {}]) {
    const came = await at.ask('POST /api/v1/session?_method=DELETE', {
      as,
      headers: { 'content-type': 'application/json', ...headers },
      raw: '{"_method":"DELETE"}',
    });
    expect(came.json).toMatchObject({ code: 1, error: 'request.malformed' });
  }
  expect((await at.ask('GET /api/v1/conversations', { as })).json).toMatchObject({ code: 0 });
});
