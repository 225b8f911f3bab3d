import type { Shape } from '@trialogue/protocol';
import { platformApi, type PlatformApi } from '@trialogue/protocol/api';
import { ada, bo, mal, shop } from '@trialogue/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { appSecret, openHttp, publicUrl, type Came, type Http } from './httpUnderTest.ts';

let at: Http;
beforeEach(async () => {
  at = await openHttp();
});
afterEach(() => at.close());

const ask = (what: string, body?: unknown) =>
  at.ask(what.replace(' ', ' /platform/v1'), { as: appSecret, ...(body !== undefined && { body }) });
const hello = { fromuid: 'bo', clientMsgId: 'b1', payload: { type: 'text', text: '水开了' } };

/** One request of each operation that goes well, and one that is refused: with which status and by which name. */
const examples: Record<
  keyof PlatformApi,
  { goes: () => Promise<Came>; fails: () => Promise<Came>; refusal: [number, string] }
> = {
  putUser: {
    goes: () => ask('PUT /users/dee', { name: 'Dee', urole: 'bot' }),
    fails: () => ask('PUT /users/dee', { name: 'Dee', urole: 'boss' }),
    refusal: [400, 'request.malformed'],
  },
  createToken: {
    goes: () => ask('POST /users/ada/tokens', { ttlSeconds: 60 }),
    fails: () => ask('POST /users/nobody/tokens'),
    refusal: [404, 'user.not_found'],
  },
  revokeTokens: {
    goes: () => ask('DELETE /users/ada/tokens'),
    fails: () => ask('DELETE /users/ada%20b/tokens'),
    refusal: [400, 'request.malformed'],
  },
  createGroup: {
    goes: () => ask('POST /groups', { groupId: 'g1', name: 'G', members: [{ userId: 'ada' }, { userId: 'bo' }] }),
    fails: () => ask('POST /groups', { groupId: 'tea', name: 'G', members: [{ userId: 'ada' }] }),
    refusal: [409, 'conversation.exists'],
  },
  createLink: {
    goes: () => ask('POST /groups/tea/links', { userId: 'ada', ttlSeconds: 60 }),
    fails: () => ask('POST /groups/tea/links', { userId: 'mal' }),
    refusal: [404, 'member.not_found'],
  },
  addMembers: {
    goes: () => ask('POST /groups/tea/members', { members: [{ userId: 'mal', urole: 'service' }] }),
    fails: () => ask('POST /groups/coffee/members', { members: [{ userId: 'mal' }] }),
    refusal: [404, 'conversation.not_found'],
  },
  removeMember: {
    goes: () => ask('DELETE /groups/tea/members/bo'),
    fails: () => ask('DELETE /groups/tea/members/mal'),
    refusal: [404, 'member.not_found'],
  },
  postMessage: {
    goes: () => ask('POST /groups/tea/messages', hello),
    fails: async () => {
      await ask('POST /groups/tea/messages', hello);
      return ask('POST /groups/tea/messages', { ...hello, payload: { type: 'text', text: 'something else' } });
    },
    refusal: [409, 'message.id_conflict'],
  },
  getTranscript: {
    goes: () => ask('GET /groups/tea/transcript'),
    fails: () => ask('GET /groups/coffee/transcript'),
    refusal: [404, 'conversation.not_found'],
  },
};

describe('each operation of the platform API', () => {
  test.each(Object.entries(examples))('%s', async (name, { goes, fails, refusal: [status, error] }) => {
    const went = await goes();
    expect(went.status).toBe(200);
    const { data } = platformApi[name as keyof PlatformApi];
    if (typeof data !== 'string') {
      expect(went.json).toMatchObject({ code: 0, msg: '' });
      expect(went.json.data).toEqual((data as Shape<unknown>).read(went.json.data, 'data'));
    }
    const failed = await fails();
    expect(failed).toMatchObject({ status, json: { code: 1, data: null, error } });
    expect(failed.json.requestId).toBe(failed.headers['x-request-id']);
  });

  test.each(Object.entries(platformApi))('%s is for the holder of the secret alone', async (_, { method, path }) => {
    const what = `${method} /platform/v1${path.replace(':userId', 'ada').replace(':groupId', 'tea')}`;
    expect(await at.ask(what)).toMatchObject({ status: 401, json: { code: 401, error: 'auth.missing' } });
    for (const as of ['guess', await at.tokenOf(ada)]) {
      expect(await at.ask(what, { as })).toMatchObject({ status: 401, json: { code: 401, error: 'auth.invalid' } });
    }
  });
});

test('a group comes with a link for each member, in the seed’s form', async () => {
  const { links } = (await examples.createGroup.goes()).json.data as { links: { userId: string; url: string }[] };
  expect(links.map(({ userId }) => userId)).toEqual(['ada', 'bo']);
  for (const { userId, url } of links) {
    expect(url).toMatch(new RegExp(`^${publicUrl}/groupConversation\\?groupId=g1&userId=${userId}#ticket=[\\w.-]+$`));
  }
});

test('a transcript is one opened message a line, in order', async () => {
  await ask('POST /groups/tea/messages', hello);
  await ask('POST /groups/tea/messages', {
    ...hello,
    fromuid: 'ada',
    clientMsgId: 'a1',
    payload: { type: 'text', text: 'thanks' },
  });
  const came = await ask('GET /groups/tea/transcript');
  expect(came.headers['content-type']).toMatch(/^application\/x-ndjson/);
  const lines = came.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(lines).toMatchObject([
    { seq: 1, fromuid: 'bo', payload: { type: 'text', text: '水开了' } },
    { seq: 2, fromuid: 'ada', payload: { type: 'text', text: 'thanks' } },
  ]);
});

test('a secret of another app finds none of our users and groups (T29)', async () => {
  const came = await at.ask('GET /platform/v1/groups/tea/transcript', { as: `${appSecret}x` });
  expect(came.status).toBe(401);
});

test('whoever was removed is told so at their next request', async () => {
  const bos = await at.tokenOf(bo);
  await ask('DELETE /groups/tea/members/bo');
  const came = await at.ask('GET /api/v1/conversation?groupId=tea', { as: bos });
  expect(came.json).toMatchObject({ code: 1, error: 'conversation.not_member' });
});

test('fields that the server alone decides on are not taken from a body (T19)', async () => {
  const came = await ask('PUT /users/mal', {
    name: 'Mal',
    urole: 'user',
    appId: 'other',
    userId: 'ada',
    isAdmin: true,
  });
  expect(came.json.data).toEqual({ userId: 'mal', name: 'Mal', avatar: '', remark: '', urole: 'user' });
  const adas = await at.ask('GET /api/v1/conversation?groupId=tea', {
    as: (await at.signIn.createToken(shop, ada.userId)).token,
  });
  expect(adas.json.data).toMatchObject({ userName: ada.name });
});

test('system messages are the server’s own', async () => {
  const forged = { ...hello, payload: { type: 'system', event: 'joined', userId: mal.userId } };
  expect(await ask('POST /groups/tea/messages', forged)).toMatchObject({ status: 400 });
});
