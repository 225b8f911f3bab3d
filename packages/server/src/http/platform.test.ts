import type { Shape } from '@trialogue/protocol';
import { platformApi, type PlatformApi } from '@trialogue/protocol/api';
import { ada, bo, cy, mal, shop } from '@trialogue/testkit';
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

/** What Bo has said is reported by Ada. */
async function reported(): Promise<string> {
  await ask('POST /groups/tea/messages', hello);
  const as = await at.tokenOf(ada);
  const came = await at.ask('POST /api/v1/conversations/tea/messages/1/report', { as, body: { reason: 'spam' } });
  return (came.json.data as { reportId: string }).reportId;
}

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
  deleteGroup: {
    goes: () => ask('DELETE /groups/tea'),
    fails: () => ask('DELETE /groups/nowhere'),
    refusal: [404, 'conversation.not_found'],
  },
  postMessage: {
    goes: () => ask('POST /groups/tea/messages', hello),
    fails: async () => {
      await ask('POST /groups/tea/messages', hello);
      return ask('POST /groups/tea/messages', { ...hello, payload: { type: 'text', text: 'something else' } });
    },
    refusal: [409, 'message.id_conflict'],
  },
  patchCard: {
    goes: () => ask('PATCH /groups/tea/cards/order:o1', { status: 'shipped' }),
    fails: () => ask('PATCH /groups/coffee/cards/order:o1', { status: 'shipped' }),
    refusal: [404, 'conversation.not_found'],
  },
  getTranscript: {
    goes: () => ask('GET /groups/tea/transcript'),
    fails: () => ask('GET /groups/coffee/transcript'),
    refusal: [404, 'conversation.not_found'],
  },
  getSettings: {
    goes: async () => {
      await examples.putSettings.goes();
      return ask('GET /settings');
    },
    fails: () => at.ask('GET /platform/v1/settings', { as: `${appSecret}x` }),
    refusal: [401, 'auth.invalid'],
  },
  putSettings: {
    goes: () => ask('PUT /settings', { greeting: { text: '您好' } }),
    fails: () => ask('PUT /settings', { greetings: { text: '您好' } }),
    refusal: [400, 'request.malformed'],
  },
  listAppReplies: {
    goes: async () => {
      await examples.putAppReply.goes();
      return ask('GET /replies');
    },
    fails: () => at.ask('GET /platform/v1/replies', { as: `${appSecret}x` }),
    refusal: [401, 'auth.invalid'],
  },
  putAppReply: {
    goes: () => ask('PUT /replies/hello', { title: '问候', text: '您好，{name}' }),
    fails: () => ask('PUT /replies/hello', { title: '问候', text: 'x'.repeat(2001) }),
    refusal: [400, 'request.malformed'],
  },
  removeAppReply: {
    goes: () => ask('DELETE /replies/hello'),
    fails: () => ask('DELETE /replies/a%20b'),
    refusal: [400, 'request.malformed'],
  },
  muteInGroup: {
    goes: () => ask('PUT /groups/tea/members/ada/mute', { seconds: 60, reason: 'insults' }),
    fails: () => ask('PUT /groups/tea/members/ada/mute', { seconds: 0 }),
    refusal: [400, 'request.malformed'],
  },
  unmuteInGroup: {
    goes: () => ask('DELETE /groups/tea/members/ada/mute?reason=over'),
    fails: () => ask('DELETE /groups/tea/members/mal/mute'),
    refusal: [404, 'member.not_found'],
  },
  listReports: {
    goes: async () => {
      await reported();
      return ask('GET /reports?status=all&page=1&size=5&reason=look');
    },
    fails: () => ask('GET /reports?status=lost'),
    refusal: [400, 'request.malformed'],
  },
  resolveReport: {
    goes: async () => ask(`POST /reports/${await reported()}/resolution`, { outcome: 'upheld', note: 'muted' }),
    fails: () => ask('POST /reports/nothing/resolution', { outcome: 'dismissed' }),
    refusal: [404, 'report.not_found'],
  },
  listAudit: {
    goes: async () => {
      await ask('PUT /settings', { retentionDays: 30 });
      return ask('GET /audit?after=0&limit=10');
    },
    fails: () => ask('GET /audit?limit=0'),
    refusal: [400, 'request.malformed'],
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
    expect(failed).toMatchObject({ status, json: { code: status === 401 ? 401 : 1, data: null, error } });
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

test('a transcript has the notes of customer service only when it is asked for them, each marked', async () => {
  const cys = await at.tokenOf(cy);
  await ask('POST /groups/tea/messages', hello);
  at.clock.at += 1000;
  await at.ask('PATCH /api/v1/conversations/tea/desk', { as: cys, body: { status: 'pending', note: '等物流' } });
  const lines = async (what: string) =>
    (await ask(what)).text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { lane?: string });
  const note = { lane: 'notes', seq: 1, fromuid: 'cy', payload: { type: 'text', text: '等物流' } };
  expect(await lines('GET /groups/tea/transcript?notes=1')).toMatchObject([{ seq: 1, fromuid: 'bo' }, note]);
  for (const plain of ['', '?notes=0']) expect(await lines(`GET /groups/tea/transcript${plain}`)).toHaveLength(1);
  expect(await ask('GET /groups/tea/transcript?notes=2')).toMatchObject({ status: 400 });
});

test('what the platform says of a user is shown to customer service, and to nobody else', async () => {
  const custom = { level: 'gold', orders: [{ id: 'A-17' }] };
  const put = await ask('PUT /users/ada', { name: 'Ada', urole: 'user', custom });
  expect(put.json.data).toMatchObject({ userId: 'ada', custom });
  const shown = async () =>
    (await at.ask('GET /api/v1/conversations/tea/customer', { as: await at.tokenOf(cy) })).json.data as {
      members: { userId: string; custom?: object }[];
    };
  expect((await shown()).members[0]).toMatchObject({ userId: 'ada', custom });
  for (const what of ['/conversation?groupId=tea', '/conversations', '/conversations/tea/members']) {
    for (const person of [ada, bo, cy]) {
      expect((await at.ask(`GET /api/v1${what}`, { as: await at.tokenOf(person) })).text).not.toContain('gold');
    }
  }
  const large = await ask('PUT /users/ada', { name: 'Ada', urole: 'user', custom: { x: 'x'.repeat(20_000) } });
  expect(large).toMatchObject({ status: 413, json: { error: 'request.too_large' } });
  await ask('PUT /users/ada', { name: 'Ada', urole: 'user' });
  expect((await shown()).members[0]).not.toHaveProperty('custom');
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

describe('a card that is changed', () => {
  const patch = (body: unknown, ref = 'order:o1', key?: string) =>
    at.ask(`PATCH /platform/v1/groups/tea/cards/${ref}`, {
      as: appSecret,
      body,
      ...(key !== undefined && { headers: { 'idempotency-key': key } }),
    });
  const why = async (came: Promise<Came>) => {
    const { status, json } = await came;
    return `${status} ${json.error}: ${json.msg}`;
  };

  test('has changed once, however often it is said with one key', async () => {
    const first = await patch({ status: 'shipped' }, 'order:o1', 'k-1');
    const again = await patch({ status: 'shipped' }, 'order:o1', 'k-1');
    expect(again.json.data).toEqual(first.json.data);
    expect(await patch({ status: 'lost' }, 'order:o1', 'k-1')).toMatchObject({ status: 409 });
    const { json } = await patch({ status: 'shipped' }, 'order:o1', 'k-2');
    expect(json.data).toMatchObject({ seq: (first.json.data as { seq: number }).seq + 1 });
  });

  test('is not changed by what no card has, and who asks is told what is wrong', async () => {
    expect(await why(patch({ colour: 'red' }))).toMatch(
      /^400 request\.malformed: .* body\.colour: expected a field of a card, which are productId, title, price, /,
    );
    expect(await why(patch({}))).toMatch(/^400 .* body: expected at least one field of a card\.$/);
    expect(await why(patch({ ref: 'order:o2' }))).toContain('body.ref: expected a field of a card');
    expect(await why(patch({ status: 7 }))).toMatch(/^400 .* body\.status: expected text\.$/);
    expect(await why(patch({ title: null }))).toMatch(/^400 .* body\.title: expected text\.$/);
    expect(await why(patch({ total: { amount: '12,80', currency: 'CNY' } }))).toContain('body.total.amount');
    expect(await why(patch({ steps: [{ at: 1 }] }))).toContain('body.steps[0].text: expected text');
    expect(await why(patch({ status: 'shipped' }, '%2e%2e%2fo1'))).toContain('params.ref: expected text like');
    expect(await why(patch({ status: 'shipped' }, 'o1', 'no blanks'))).toContain('headers.idempotency-key');
    expect(at.told.filter(({ kind }) => kind === 'message')).toEqual([]);
  });
});

test('every kind of card can be posted, and one that is wrong says where', async () => {
  const goods = { amount: '20.00', currency: 'CNY' };
  const post = (payload: unknown, clientMsgId: string) =>
    ask('POST /groups/tea/messages', { fromuid: 'bo', clientMsgId, payload });
  const cards = [
    { type: 'product', productId: 'p1', title: '壶', price: goods },
    { type: 'order', orderId: 'o1', title: '壶', status: 'paid', total: goods, ref: 'order:o1' },
    { type: 'logistics', trackingNumber: 'S1', carrier: '顺丰', status: 'inTransit' },
    { type: 'refund', refundId: 'r1', amount: goods, status: 'approved' },
    { type: 'coupon', couponId: 'c1', title: '券', off: goods },
    { type: 'quickReplies', text: '?', choices: ['yes'] },
    { type: 'form', title: '?', fields: [{ name: 'a', label: 'A', kind: 'text' }] },
    { type: 'ratingRequest' },
  ];
  for (const [at, card] of cards.entries()) expect(await post(card, `c${at}`)).toMatchObject({ status: 200 });
  const wrong = await post({ ...cards[6], fields: [{ name: 'a', label: 'A', kind: 'colour' }] }, 'c9');
  expect(wrong.json.msg).toContain('body.payload.fields[0].kind: expected one of text, lines');
});
