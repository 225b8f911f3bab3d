import type { Limits } from '@trialogue/protocol';
import { ada, bo } from '@trialogue/testkit';
import { afterEach, describe, expect, test } from 'vitest';

import { appSecret, formWith, openHttp, type Came, type Http } from './httpUnderTest.ts';

let at: Http;
const open = async (limits: Partial<Limits>, trustedProxies = 0) => {
  at = await openHttp({ limits, trustedProxies });
};
afterEach(() => at.close());

const refused = (seconds: number) => ({
  status: 429,
  json: { code: 1, data: null, error: 'rate.limited' },
  headers: { 'retry-after': String(seconds) },
});
const statuses = async (times: number, ask: () => Promise<Came>): Promise<number[]> => {
  const all = [];
  for (let at = 0; at < times; at++) all.push((await ask()).status);
  return all;
};

describe('strangers', () => {
  const ask = (from = '1.1.1.1', what = 'GET /api/v1/config') => at.ask(what, { headers: { 'x-forwarded-for': from } });

  test('come too often from one address: wait, it says how long, and others need not', async () => {
    await open({ requestsPerAddressPerSecond: 3 }, 1);
    expect(await statuses(4, ask)).toEqual([200, 200, 200, 429]);
    const came = await ask();
    expect(came).toMatchObject(refused(1));
    expect(came.json.msg).toContain('At most 3 requests a second.');
    expect((await ask('2.2.2.2')).status).toBe(200);
    at.steady.ms += 334;
    expect(await statuses(2, ask)).toEqual([200, 429]);
  });

  test('are those with a wrong token too; whoever signed in is not counted by address', async () => {
    await open({ requestsPerAddressPerSecond: 2 });
    const wrong = () => at.ask('GET /api/v1/conversations', { as: 'guess' });
    expect(await statuses(3, wrong)).toEqual([200, 200, 429]);
    const token = await at.tokenOf(ada);
    expect(await statuses(5, () => at.ask('GET /api/v1/conversations', { as: token }))).toEqual([
      200, 200, 200, 200, 200,
    ]);
  });

  test('cannot guess the app secret fast, and the true one is never held up', async () => {
    await open({ requestsPerAddressPerSecond: 2 });
    const guess = () => at.ask('PUT /platform/v1/users/x', { as: 'guess', body: {} });
    expect(await statuses(3, guess)).toEqual([401, 401, 429]);
    const body = { name: 'Ada', urole: 'user' };
    const put = () => at.ask('PUT /platform/v1/users/ada', { as: appSecret, body });
    expect(new Set(await statuses(50, put))).toEqual(new Set([200]));
  });

  test('cannot hide behind a header that nobody of ours wrote, nor in their own block of IPv6', async () => {
    await open({ requestsPerAddressPerSecond: 1 });
    expect([(await ask('1.1.1.1')).status, (await ask('2.2.2.2')).status]).toEqual([200, 429]);
    await at.close();
    await open({ requestsPerAddressPerSecond: 1 }, 1);
    expect([(await ask('2001:db8::1')).status, (await ask('2001:db8::2')).status]).toEqual([200, 429]);
    expect((await ask('2001:db8:0:1::1')).status).toBe(200);
  });

  test('that a proxy of nobody’s stands before the server is said once, as all behind it count as one', async () => {
    await open({});
    await ask();
    await ask();
    expect(at.logged.filter(({ what }) => what.includes('TRUSTED_PROXIES is 0'))).toHaveLength(1);
    await at.close();
    await open({}, 1);
    await ask();
    expect(at.logged.filter(({ what }) => what.includes('TRUSTED_PROXIES'))).toEqual([]);
  });

  test('who watch the machine are always answered', async () => {
    await open({ requestsPerAddressPerSecond: 1 });
    expect(await statuses(5, () => ask('', 'GET /healthz'))).toEqual([200, 200, 200, 200, 200]);
  });
});

test('one sign-in makes so many requests; with a new token it makes no more, another one does', async () => {
  await open({ requestsPerTokenBurst: 3, requestsPerTokenPerSecond: 2 });
  const { token, refreshToken } = await at.signIn.createToken(at.shopApp.appId, ada.userId);
  const ask = (as = token) => at.ask('GET /api/v1/conversations', { as });
  expect(await statuses(4, ask)).toEqual([200, 200, 200, 429]);
  expect(await ask()).toMatchObject(refused(1));
  const next = await at.signIn.refresh(refreshToken);
  expect((await ask(next.token)).status).toBe(429);
  expect((await ask(await at.tokenOf(ada))).status).toBe(200);
  at.steady.ms += 500;
  expect(await statuses(2, ask)).toEqual([200, 429]);
});

describe('tickets and refresh tokens', () => {
  const guess = () => at.ask('POST /api/v1/session/refresh', { body: { refreshToken: 'x' } });

  test('that are wrong come too often from one address: it has to wait', async () => {
    await open({ exchangesPerAddressPerMinute: 3 });
    expect((await guess()).json).toMatchObject({ error: 'auth.invalid' });
    const body = { groupId: 'tea', userId: 'ada', ticket: 'x' };
    expect((await at.ask('POST /api/v1/session', { body })).json).toMatchObject({ error: 'ticket.invalid' });
    await guess();
    expect(await guess()).toMatchObject(refused(20));
    at.steady.ms += 20_000;
    expect(await statuses(2, guess)).toEqual([200, 429]);
  });

  test('that are right are not counted: a hundred agents may sit behind one address', async () => {
    await open({ exchangesPerAddressPerMinute: 2 });
    let { refreshToken } = await at.signIn.createToken(at.shopApp.appId, ada.userId);
    for (let times = 0; times < 10; times++) {
      const came = await at.ask('POST /api/v1/session/refresh', { body: { refreshToken } });
      expect(came.json).toMatchObject({ code: 0 });
      ({ refreshToken } = came.json.data);
    }
    expect(await statuses(3, guess)).toEqual([200, 200, 429]);
  });

  test('are not counted either when it is the server that fails', async () => {
    await open({ exchangesPerAddressPerMinute: 1 });
    const refresh = at.signIn.refresh;
    at.signIn.refresh = () => Promise.reject(new Error('the disk is gone'));
    expect(await statuses(3, guess)).toEqual([500, 500, 500]);
    at.signIn.refresh = refresh;
    expect(await statuses(2, guess)).toEqual([200, 429]);
  });
});

test('messages over HTTP come out of the same rate as those over sockets; the platform has none (P8)', async () => {
  await open({ sendsPerUserBurst: 2, sendsPerUserPerSecond: 1 });
  const adas = await at.tokenOf(ada);
  const say = async (clientMsgId: string) =>
    at.ask('POST /api/v1/conversations/tea/messages', { as: adas, body: await at.sealed(ada, 'x', clientMsgId) });
  const first = await at.sealed(ada, 'x', 'c1');
  const again = () => at.ask('POST /api/v1/conversations/tea/messages', { as: adas, body: first });
  expect([(await again()).status, (await say('c2')).status]).toEqual([200, 200]);
  expect(await say('c3')).toMatchObject(refused(1));
  expect((await again()).status).toBe(429);
  at.steady.ms += 1_000;
  // What was stored and is sent again after a lost answer passes like any other.
  expect((await again()).json).toMatchObject({ code: 0, data: { seq: 1 } });

  const post = (n: number) =>
    at.ask('POST /platform/v1/groups/tea/messages', {
      as: appSecret,
      body: { fromuid: bo.userId, clientMsgId: `p${n}`, payload: { type: 'text', text: 'x' } },
    });
  let nth = 0;
  expect(new Set(await statuses(50, () => post(nth++)))).toEqual(new Set([200]));
});

test('files come out of a rate of their own', async () => {
  await open({ uploadsPerUserPerHour: 2, uploadBytesPerUserPerHour: 100, fileBytes: 100 });
  const adas = await at.tokenOf(ada);
  const upload = (size: number, as = adas) =>
    at.ask('POST /api/v1/conversations/tea/files', { as, ...formWith('a.txt', 'text/plain', 'x'.repeat(size)) });
  expect((await upload(60)).status).toBe(200);
  // Forty bytes are left; sixty would be there in twelve minutes.
  expect(await upload(60)).toMatchObject(refused(720));
  expect(await upload(1)).toMatchObject(refused(1_800));
  expect((await upload(60, await at.tokenOf(bo))).status).toBe(200);
});
