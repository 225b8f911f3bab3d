import { open as unseal } from '@trialogue/crypto';
import { limits, Refused, type Shape } from '@trialogue/protocol';
import { clientApi, type ClientApi } from '@trialogue/protocol/api';
import { ada, bo, cy, mal, shop, tea } from '@trialogue/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { appSecret, embedder, formWith, openHttp, publicUrl, type Came, type Http } from './httpUnderTest.ts';

let at: Http;
let adas: string;
let mals: string;
beforeEach(async () => {
  at = await openHttp();
  [adas, mals] = [await at.tokenOf(ada), await at.tokenOf(mal)];
});
afterEach(() => at.close());

const linkFor = async (userId = ada.userId) => {
  const { url } = await at.signIn.createLink(at.shopApp, { dlgId: tea, userId });
  return { groupId: 'tea', userId, ticket: url.split('#ticket=')[1] };
};
const say = async (text: string, clientMsgId: string, by = ada) =>
  at.ask('POST /api/v1/conversations/tea/messages', {
    as: await at.tokenOf(by),
    body: await at.sealed(by, text, clientMsgId),
  });
/** What a picture begins with. */
const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex');
const webm = Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d', 'hex');
const beginUpload = (size = 3, as = adas) =>
  at.ask('POST /api/v1/conversations/tea/uploads', { as, body: { name: 'tea.bin', mime: 'a/b', size } });
const begun = async () => (await beginUpload()).json.data as { uploadId: string };
const goOn = (uploadId: string, offset: number, raw: string, type = 'application/octet-stream') =>
  at.ask(`PATCH /api/v1/conversations/tea/uploads/${uploadId}?offset=${offset}`, {
    as: adas,
    headers: { 'content-type': type },
    raw,
  });
const upload = (as: string, name = 'tea.png', mime = 'image/png', bytes: string | Buffer = png) =>
  at.ask('POST /api/v1/conversations/tea/files', { as, ...formWith(name, mime, bytes) });

/** One request of each operation that goes well, and one that is refused by the name beside it; nobody is refused the limits. */
const examples: Record<
  Exclude<keyof ClientApi, 'getLimits'>,
  { goes: () => Promise<Came>; fails: () => Promise<Came>; refusal: string }
> = {
  getConfig: {
    goes: () => at.ask('GET /api/v1/config'),
    fails: () => at.ask(`GET /api/v1/config?appId=${'x'.repeat(65)}`),
    refusal: 'request.malformed',
  },
  createSession: {
    goes: async () => at.ask('POST /api/v1/session', { body: await linkFor() }),
    fails: async () => at.ask('POST /api/v1/session', { body: { ...(await linkFor()), userId: 'bo' } }),
    refusal: 'ticket.mismatch',
  },
  refreshSession: {
    goes: async () => {
      const { refreshToken } = await at.signIn.createToken(shop, ada.userId);
      return at.ask('POST /api/v1/session/refresh', { body: { refreshToken } });
    },
    fails: () => at.ask('POST /api/v1/session/refresh', { body: { refreshToken: 'guess' } }),
    refusal: 'auth.invalid',
  },
  logout: {
    goes: () => at.ask('DELETE /api/v1/session', { as: adas }),
    fails: () => at.ask('DELETE /api/v1/session'),
    refusal: 'auth.missing',
  },
  getConversation: {
    goes: () => at.ask('GET /api/v1/conversation?groupId=tea', { as: adas }),
    fails: () => at.ask('GET /api/v1/conversation?groupId=tea', { as: mals }),
    refusal: 'conversation.not_member',
  },
  getDlgPage: {
    goes: () => at.ask('GET /api/v1/conversations?page=1&size=5&keyword=Te', { as: adas }),
    fails: () => at.ask('GET /api/v1/conversations?size=0', { as: adas }),
    refusal: 'request.malformed',
  },
  getMsgPage: {
    goes: async () => {
      await say('你好', 'c1');
      return at.ask('GET /api/v1/conversations/tea/messages?after=0&limit=2', { as: adas });
    },
    fails: () => at.ask('GET /api/v1/conversations/tea/messages', { as: mals }),
    refusal: 'conversation.not_member',
  },
  getMemberList: {
    goes: () => at.ask('GET /api/v1/conversations/tea/members', { as: adas }),
    fails: () => at.ask('GET /api/v1/conversations/tea/members', { as: mals }),
    refusal: 'conversation.not_member',
  },
  sendMsg: {
    goes: () => say('你好', 'c1'),
    fails: async () =>
      at.ask('POST /api/v1/conversations/tea/messages', { as: adas, body: await at.sealed(bo, 'not Ada', 'c2') }),
    refusal: 'envelope.mismatch',
  },
  markRead: {
    goes: async () => {
      await say('你好', 'c1', bo);
      return at.ask('POST /api/v1/conversations/tea/read', { as: adas, body: { seq: 1 } });
    },
    fails: () => at.ask('POST /api/v1/conversations/tea/read', { as: adas, body: { seq: 'all' } }),
    refusal: 'request.malformed',
  },
  recallMsg: {
    goes: async () => {
      await say('oops', 'c1');
      return at.ask('POST /api/v1/conversations/tea/messages/1/recall', { as: adas });
    },
    fails: async () => {
      const { seq } = (await say('mine', 'b1', bo)).json.data as { seq: number };
      return at.ask(`POST /api/v1/conversations/tea/messages/${seq}/recall`, { as: adas });
    },
    refusal: 'message.not_author',
  },
  uploadFile: { goes: () => upload(adas), fails: () => upload(mals), refusal: 'conversation.not_member' },
  getFileRules: {
    goes: () => at.ask('GET /api/v1/file-rules', { as: adas }),
    fails: () => at.ask('GET /api/v1/file-rules'),
    refusal: 'auth.missing',
  },
  beginUpload: {
    goes: () => beginUpload(),
    fails: () => beginUpload(100 * 1024 * 1024 + 1, mals),
    refusal: 'conversation.not_member',
  },
  continueUpload: {
    goes: async () => goOn((await begun()).uploadId, 0, 'tea'),
    fails: () => goOn('no-such-upload', 0, 'tea'),
    refusal: 'file.not_found',
  },
  getUpload: {
    goes: async () => at.ask(`GET /api/v1/conversations/tea/uploads/${(await begun()).uploadId}`, { as: adas }),
    fails: async () =>
      at.ask(`GET /api/v1/conversations/tea/uploads/${(await begun()).uploadId}`, { as: await at.tokenOf(bo) }),
    refusal: 'file.not_found',
  },
  cancelUpload: {
    goes: async () => at.ask(`DELETE /api/v1/conversations/tea/uploads/${(await begun()).uploadId}`, { as: adas }),
    fails: async () =>
      at.ask(`DELETE /api/v1/conversations/tea/uploads/${(await begun()).uploadId}`, { as: await at.tokenOf(bo) }),
    refusal: 'file.not_found',
  },
  downloadFile: {
    goes: async () => {
      const { fileId } = (await upload(adas)).json.data as { fileId: string };
      return at.ask(`GET /api/v1/conversations/tea/files/${fileId}`, { as: await at.tokenOf(bo) });
    },
    fails: () => at.ask('GET /api/v1/conversations/tea/files/no-such-file', { as: adas }),
    refusal: 'file.not_found',
  },
  getQueue: {
    goes: async () => {
      await at.platform.createGroup(shop, { groupId: 'cake' as typeof tea, name: 'Cake', members: [ada] });
      await at.ask('POST /api/v1/conversations/cake/service', { as: adas });
      return at.ask('GET /api/v1/queue?page=1&size=5', { as: await at.tokenOf(cy) });
    },
    fails: () => at.ask('GET /api/v1/queue', { as: adas }),
    refusal: 'desk.not_service',
  },
  patchDesk: {
    goes: async () =>
      at.ask('PATCH /api/v1/conversations/tea/desk', {
        as: await at.tokenOf(cy),
        body: { status: 'pending', assignee: 'cy', note: '等物流' },
      }),
    fails: () => at.ask('PATCH /api/v1/conversations/tea/desk', { as: adas, body: { status: 'closed' } }),
    refusal: 'desk.not_service',
  },
  callService: {
    goes: () => at.ask('POST /api/v1/conversations/tea/service', { as: adas }),
    fails: () => at.ask('POST /api/v1/conversations/tea/service', { as: mals }),
    refusal: 'conversation.not_member',
  },
  joinConversation: {
    goes: async () => {
      await examples.getQueue.goes();
      return at.ask('POST /api/v1/conversations/cake/join', { as: await at.tokenOf(cy) });
    },
    fails: () => at.ask('POST /api/v1/conversations/tea/join', { as: mals }),
    refusal: 'conversation.not_member',
  },
  leaveConversation: {
    goes: async () => at.ask('POST /api/v1/conversations/tea/leave', { as: await at.tokenOf(cy) }),
    fails: () => at.ask('POST /api/v1/conversations/tea/leave', { as: adas }),
    refusal: 'desk.not_service',
  },
  openNotes: {
    goes: async () => at.ask('POST /api/v1/conversations/tea/notes', { as: await at.tokenOf(cy) }),
    fails: () => at.ask('POST /api/v1/conversations/tea/notes', { as: adas }),
    refusal: 'desk.not_service',
  },
  getDeskCounts: {
    goes: async () => at.ask('GET /api/v1/desk/counts', { as: await at.tokenOf(cy) }),
    fails: () => at.ask('GET /api/v1/desk/counts'),
    refusal: 'auth.missing',
  },
  getService: {
    goes: () => at.ask('GET /api/v1/conversations/tea/service', { as: adas }),
    fails: () => at.ask('GET /api/v1/conversations/nowhere/service', { as: adas }),
    refusal: 'conversation.not_member',
  },
  visitConversation: {
    goes: () => at.ask('POST /api/v1/conversations/tea/visits', { as: adas }),
    fails: () => at.ask('POST /api/v1/conversations/nowhere/visits', { as: adas }),
    refusal: 'conversation.not_member',
  },
  getOrderActions: {
    goes: () => at.ask('GET /api/v1/conversations/tea/order-actions', { as: adas }),
    fails: () => at.ask('GET /api/v1/conversations/nowhere/order-actions', { as: adas }),
    refusal: 'conversation.not_member',
  },
  getCustomer: {
    goes: async () => at.ask('GET /api/v1/conversations/tea/customer', { as: await at.tokenOf(cy) }),
    fails: () => at.ask('GET /api/v1/conversations/tea/customer', { as: adas }),
    refusal: 'desk.not_service',
  },
  listReplies: {
    goes: async () => {
      await examples.putReply.goes();
      return at.ask('GET /api/v1/replies', { as: await at.tokenOf(cy) });
    },
    fails: () => at.ask('GET /api/v1/replies', { as: adas }),
    refusal: 'desk.not_service',
  },
  putReply: {
    goes: async () =>
      at.ask('PUT /api/v1/replies/hello', { as: await at.tokenOf(cy), body: { title: '问候', text: '您好，{name}' } }),
    fails: async () =>
      at.ask('PUT /api/v1/replies/hello', { as: await at.tokenOf(cy), body: { title: '', text: 'x' } }),
    refusal: 'request.malformed',
  },
  removeReply: {
    goes: async () => at.ask('DELETE /api/v1/replies/hello', { as: await at.tokenOf(cy) }),
    fails: () => at.ask('DELETE /api/v1/replies/hello', { as: adas }),
    refusal: 'desk.not_service',
  },
  reportMessage: {
    goes: async () => {
      await say('words', 'c1');
      return at.ask('POST /api/v1/conversations/tea/messages/1/report', { as: adas, body: { reason: 'abuse' } });
    },
    fails: () => at.ask('POST /api/v1/conversations/tea/messages/9/report', { as: adas, body: { reason: 'abuse' } }),
    refusal: 'message.not_found',
  },
  muteMember: {
    goes: async () =>
      at.ask('PUT /api/v1/conversations/tea/members/ada/mute', { as: await at.tokenOf(cy), body: { seconds: 60 } }),
    fails: () => at.ask('PUT /api/v1/conversations/tea/members/bo/mute', { as: adas, body: {} }),
    refusal: 'desk.not_service',
  },
  unmuteMember: {
    goes: async () => at.ask('DELETE /api/v1/conversations/tea/members/ada/mute', { as: await at.tokenOf(cy) }),
    fails: async () => at.ask('DELETE /api/v1/conversations/tea/members/mal/mute', { as: await at.tokenOf(cy) }),
    refusal: 'member.not_found',
  },
};

describe('each operation of the client API', () => {
  test.each(Object.entries(examples))('%s', async (name, { goes, fails, refusal }) => {
    const went = await goes();
    expect(went.status).toBe(200);
    const { data } = clientApi[name as keyof ClientApi];
    if (typeof data !== 'string') {
      expect(went.json).toMatchObject({ code: 0, msg: '' });
      expect(went.json.data).toEqual((data as Shape<unknown>).read(went.json.data, 'data'));
      expect(went.headers['cache-control']).toBe('no-store');
    }

    const failed = await fails();
    expect(failed.json).toMatchObject({ data: null, error: refusal, requestId: failed.headers['x-request-id'] });
    expect(failed.json.msg).not.toBe('');
    // D11: the seed's interceptor reads the code where axios sees success.
    expect(failed.status).toBe(200);
    expect(failed.json.code).toBe(/^(auth|ticket)\./.test(refusal) ? 401 : 1);
  });

  test.each(Object.entries(clientApi).filter(([, { auth }]) => auth === 'token'))(
    '%s turns away whoever has no token, a wrong one or a dead one, with code 401 in HTTP 200 (D11)',
    async (_, { method, path }) => {
      const url = path
        .replace(':dlgId', 'tea')
        .replace(':fileId', 'f')
        .replace(':uploadId', 'u')
        .replace(':seq', '1')
        .replace(':replyId', 'r');
      const ask = (as?: string) => at.ask(`${method} /api/v1${url}`, as === undefined ? {} : { as });
      expect(await ask()).toMatchObject({ status: 200, json: { code: 401, error: 'auth.missing' } });
      expect(await ask('guess')).toMatchObject({ status: 200, json: { code: 401, error: 'auth.invalid' } });
      await at.signIn.revokeTokens(shop, ada.userId);
      expect(await ask(adas)).toMatchObject({ status: 200, json: { code: 401, error: 'auth.revoked' } });
      at.clock.at += 16 * 60_000;
      expect(await ask(mals)).toMatchObject({ status: 200, json: { code: 401, error: 'auth.expired' } });
    },
  );
});

test('a link is all that Ada needs to be in the conversation and to read what Bo said', async () => {
  await say('水开了', 'c1', bo);
  const session = (await at.ask('POST /api/v1/session', { body: await linkFor() })).json.data as { token: string };
  const entered = (await at.ask('GET /api/v1/conversation?groupId=tea', { as: session.token })).json.data as {
    dlgKey: string;
    dlgId: string;
  };
  expect(entered).toMatchObject({
    wsAddress: 'wss://im.test/ws',
    dlgId: 'tea',
    name: 'Tea',
    userId: 'ada',
    imToken: session.token,
    urole: 'user',
    userName: ada.name,
    head: 1,
    readSeq: 0,
  });
  const page = (await at.ask('GET /api/v1/conversations/tea/messages', { as: session.token })).json.data as {
    list: { content: string; fromuid: string }[];
  };
  expect(page.list).toHaveLength(1);
  expect(JSON.stringify(page)).not.toContain('水开了');
  expect(unseal(page.list[0]?.content ?? '', entered.dlgId, entered.dlgKey)).toBe('{"type":"text","text":"水开了"}');
});

describe('who enters with the exchange of the ticket', () => {
  const exchange = async () => at.ask('POST /api/v1/session', { body: { ...(await linkFor()), enter: true } });

  test('has at once what getConversation would give', async () => {
    const { conversation, ...session } = (await exchange()).json.data as { conversation: object; token: string };
    const asked = await at.ask('GET /api/v1/conversation?groupId=tea', { as: session.token });
    expect(conversation).toEqual(asked.json.data);
    expect(conversation).toMatchObject({ dlgId: tea, userId: ada.userId, imToken: session.token });
    const plain = await at.ask('POST /api/v1/session', { body: await linkFor() });
    expect(Object.keys(plain.json.data as object)).toEqual(Object.keys(session));
  });

  test('keeps the session when the conversation cannot be had: the ticket is spent', async () => {
    vi.spyOn(at.chat, 'enter').mockRejectedValueOnce(new Refused('storage.unavailable'));
    const came = await exchange();
    expect(came).toMatchObject({ status: 200, json: { data: { token: expect.any(String) } } });
    expect(came.json.data).not.toHaveProperty('conversation');
  });

  test('gets nothing of it with a ticket that is refused', async () => {
    const came = await at.ask('POST /api/v1/session', { body: { ...(await linkFor()), userId: 'bo', enter: true } });
    expect(came.json).toMatchObject({ error: 'ticket.mismatch', data: null });
  });
});

test('a session that came from a link opens that conversation and no other', async () => {
  await at.platform.createGroup(shop, { groupId: 'coffee' as typeof tea, name: 'Coffee', members: [ada] });
  const { token } = (await at.ask('POST /api/v1/session', { body: await linkFor() })).json.data as { token: string };
  const other = await at.ask('GET /api/v1/conversation?groupId=coffee', { as: token });
  expect(other.json).toMatchObject({ code: 1, error: 'conversation.not_member' });
});

test('a conversation that is foreign looks exactly like one that is not there', async () => {
  const [foreign, absent] = [
    await at.ask('GET /api/v1/conversation?groupId=tea', { as: mals }),
    await at.ask('GET /api/v1/conversation?groupId=nowhere', { as: mals }),
  ];
  expect({ ...foreign.json, requestId: '' }).toEqual({ ...absent.json, requestId: '' });
});

test('the desk of an agent: a list by filter, where each stands, and nothing of that for a shopper', async () => {
  const cys = await at.tokenOf(cy);
  await say('在吗', 'c1');
  const listed = async (as: string, filter: string) =>
    (await at.ask(`GET /api/v1/conversations?filter=${filter}`, { as })).json.data as {
      list: { desk?: { waiting: object[] } }[];
      total: number;
    };
  const waiting = [{ urole: 'user', since: at.clock.at }];
  expect(await listed(cys, 'waiting')).toMatchObject({ total: 1, list: [{ dlgId: 'tea', desk: { waiting } }] });
  expect((await listed(cys, 'mine')).total).toBe(0);
  const adasList = await listed(adas, 'all');
  expect(adasList.total).toBe(1);
  expect(adasList.list[0]).not.toHaveProperty('desk');
  expect((await listed(adas, 'open')).total).toBe(0);
  const odd = await at.ask('GET /api/v1/conversations?filter=queue', { as: cys });
  expect(odd.json).toMatchObject({ error: 'request.malformed', msg: expect.stringContaining('query.filter') });
});

test('an agent who came by a link opens the notes of that conversation, over HTTP as everybody else', async () => {
  const { token } = (await at.ask('POST /api/v1/session', { body: await linkFor(cy.userId) })).json.data as {
    token: string;
  };
  const notes = (await at.ask('POST /api/v1/conversations/tea/notes', { as: token })).json.data as { dlgId: string };
  const history = (as: string) => at.ask(`GET /api/v1/conversations/${notes.dlgId}/messages`, { as });
  expect((await history(token)).json).toMatchObject({ code: 0, data: { list: [], head: 0 } });
  for (const as of [adas, mals]) {
    expect((await history(as)).json).toMatchObject({ code: 1, error: 'conversation.not_member' });
  }
});

test('the same message sent twice is stored once, and answered alike (I4)', async () => {
  const body = await at.sealed(ada, 'once', 'c1');
  const send = () => at.ask('POST /api/v1/conversations/tea/messages', { as: adas, body });
  const [first, second] = [await send(), await send()];
  expect(first.json.data).toEqual(second.json.data);
  expect(first.json.data).toMatchObject({ seq: 1 });
});

test('a message that is too large is refused by name and by status', async () => {
  const came = await at.ask('POST /api/v1/conversations/tea/messages', {
    as: adas,
    body: { clientMsgId: 'c1', content: `IM1.${'A'.repeat(20_000)}` },
  });
  expect(came).toMatchObject({ status: 413, json: { code: 1, error: 'message.too_large', data: null } });
});

test('history is asked for before a place or after one, not both', async () => {
  const came = await at.ask('GET /api/v1/conversations/tea/messages?before=3&after=1', { as: adas });
  expect(came.json).toMatchObject({ code: 1, error: 'request.malformed' });
});

test.each([
  'seq=1.5',
  'after=-1',
  'after=1e3',
  'after=0x10',
  'after=9007199254740993',
  'limit=201',
  'limit=NaN',
  'after=1&after=2',
])('an odd place in history is refused with the field that is wrong: %s (T17)', async (query) => {
  const came = await at.ask(`GET /api/v1/conversations/tea/messages?${query}`, { as: adas });
  if (query.startsWith('seq')) return expect(came.json.code).toBe(0);
  expect(came.json).toMatchObject({ error: 'request.malformed', msg: expect.stringMatching(/query\.(after|limit)/) });
  return undefined;
});

test('what is in force is told by name, and with the configuration', async () => {
  await at.close();
  at = await openHttp({ limits: { fileBytes: 12, recallMs: 345 } });
  const limitsOf = async (what: string) => (await at.ask(what)).json.data as { fileBytes: number };
  expect(await limitsOf('GET /api/v1/config/limits')).toEqual({ ...limits, fileBytes: 12, recallMs: 345 });
  expect((await at.ask('GET /api/v1/config')).json.data).toMatchObject({ limits: { fileBytes: 12, recallMs: 345 } });
});

test('after a logout the token is dead, and its sockets hear of it', async () => {
  await at.ask('DELETE /api/v1/session', { as: adas });
  expect((await at.ask('GET /api/v1/conversations', { as: adas })).json).toMatchObject({ error: 'auth.revoked' });
  expect(at.told).toContainEqual(expect.objectContaining({ kind: 'revoked', userId: 'ada' }));
});

test('a page learns which origins may embed it, before anybody signs in', async () => {
  const config = async (query = '') => (await at.ask(`GET /api/v1/config${query}`)).json.data;
  expect(await config()).toMatchObject({
    origins: [publicUrl, embedder],
    demo: false,
    limits: { fileBytes: 20971520 },
  });
  expect(await config('?appId=shop')).toMatchObject({ origins: [publicUrl, embedder] });
  expect(await config('?appId=unknown')).toMatchObject({ origins: [publicUrl] });
});

test('issue 6: an app chooses whether files are sealed by who sends them; otherwise the server looks into them', async () => {
  const rules = async () => (await at.ask('GET /api/v1/file-rules', { as: adas })).json.data;
  const settle = (files: string) =>
    at.ask('PUT /platform/v1/settings', { as: appSecret, body: { files } }).then(({ status }) => status);
  expect(await rules()).toEqual({ sealed: false });
  expect(await settle('sealed')).toBe(200);
  expect(await rules()).toEqual({ sealed: true });
  expect(await settle('scanned')).toBe(200);
  expect(await rules()).toEqual({ sealed: false });
  expect(await settle('open')).toBe(400);
});

describe('client.md §4.2: a file in pieces', () => {
  test('comes down as one that came in one request', async () => {
    const { uploadId } = await begun();
    const { json } = await goOn(uploadId, 0, 'tea');
    expect(json.data).toEqual({
      uploadId,
      offset: 3,
      size: 3,
      file: { fileId: uploadId, size: 3, name: 'tea.bin', mime: 'a/b' },
    });
    const came = await at.ask(`GET /api/v1/conversations/tea/files/${uploadId}`, { as: await at.tokenOf(bo) });
    expect(came).toMatchObject({ status: 200, text: 'tea', headers: { 'content-length': '3' } });
  });

  test.for(['application/json', 'text/plain', 'multipart/form-data; boundary=b'])(
    'a piece is bytes and nothing else, %s is refused',
    async (type) => {
      const { uploadId } = await begun();
      expect(await goOn(uploadId, 0, '"a"', type)).toMatchObject({
        status: 415,
        json: { error: 'request.unsupported_media' },
      });
      expect(await goOn(uploadId, 0, 'tea')).toMatchObject({ json: { data: { offset: 3 } } });
    },
  );

  test('bytes are no body of any other operation', async () => {
    const sent = { as: adas, headers: { 'content-type': 'application/octet-stream' }, raw: '{}' };
    for (const what of ['POST /api/v1/conversations/tea/read', 'POST /api/v1/conversations/tea/files']) {
      expect(await at.ask(what, sent)).toMatchObject({ status: 415, json: { error: 'request.unsupported_media' } });
    }
  });

  test('what makes no sense is refused, and says what', async () => {
    for (const body of [{ size: 0 }, { size: -1 }, { size: 1.5 }, { size: '3' }, {}, { size: 2 ** 53 }]) {
      const came = await at.ask('POST /api/v1/conversations/tea/uploads', {
        as: adas,
        body: { name: 'x', mime: 'a/b', ...body },
      });
      expect(came.json).toMatchObject({ error: 'request.malformed', msg: expect.stringContaining('size') });
    }
    const { uploadId } = await begun();
    for (const offset of [-1, 1.5, Number.NaN]) {
      expect((await goOn(uploadId, offset, 'tea')).json).toMatchObject({ error: 'request.malformed' });
    }
    expect((await goOn('..%2f..%2fetc', 0, 'tea')).json).toMatchObject({ error: 'request.malformed' });
    expect(await goOn(uploadId, 0, 'tea, and more')).toMatchObject({ status: 413 });
    expect(await beginUpload(100 * 1024 * 1024 + 1)).toMatchObject({ status: 413, json: { error: 'file.too_large' } });
  });
});

describe('a file', () => {
  const download = async (came: Came, by = bo) => {
    const { fileId } = came.json.data as { fileId: string };
    return at.ask(`GET /api/v1/conversations/tea/files/${fileId}`, { as: await at.tokenOf(by) });
  };

  test('comes back byte for byte, to members only, always as an attachment', async () => {
    const bytes = Buffer.concat([png, Buffer.from(Array.from({ length: 300_000 - png.length }, (_, at) => at % 251))]);
    const kept = await upload(adas, '春茶 礼盒.png', 'image/png', bytes);
    expect(kept.json.data).toMatchObject({ size: 300_000, name: '春茶 礼盒.png', mime: 'image/png' });
    const answer = await at.app.inject({
      url: `/api/v1/conversations/tea/files/${(kept.json.data as { fileId: string }).fileId}`,
      headers: { authorization: `Bearer ${await at.tokenOf(cy)}` },
    });
    expect(answer.rawPayload.equals(bytes)).toBe(true);
    expect(answer.headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': '300000',
      'content-disposition': `attachment; filename="__ __.png"; filename*=UTF-8''%E6%98%A5%E8%8C%B6%20%E7%A4%BC%E7%9B%92.png`,
      'content-security-policy': expect.stringContaining('sandbox'),
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    });
    expect((await download(kept, mal)).json).toMatchObject({ error: 'conversation.not_member' });
  });

  test.each([
    ['page.html', 'text/html'],
    ['picture.svg', 'image/svg+xml'],
    ['x.js', 'text/javascript'],
    ['x', 'image/png, text/html'],
    ['x.png', 'image/png'],
  ])('that could run is given back as bytes of no kind: %s %s (T20)', async (name, mime) => {
    const came = await download(await upload(adas, name, mime, '<script>alert(1)</script>'));
    expect(came.headers['content-type']).toBe('application/octet-stream');
    expect(came.headers['content-disposition']).toMatch(/^attachment/);
  });

  test.each<[string, Buffer | string, string]>([
    ['text/html', png, 'image/png'],
    ['image/png', 'not a picture', 'application/octet-stream'],
    ['audio/webm', webm, 'audio/webm'],
    ['image/webp', webm, 'video/webm'],
    ['application/pdf', '%PDF-1.7\n', 'application/pdf'],
    ['text/csv', 'a,b', 'text/csv'],
    ['a/b/c', 'x', 'application/octet-stream'],
  ])('called %s is what its bytes are', async (declared, bytes, mime) => {
    expect((await upload(adas, 'x', declared, bytes)).json.data).toMatchObject({ mime });
  });

  test.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\\\temp\\\\a.png', 'a.png'],
    ['a\u202Egnp.exe', 'agnp.exe'],
    ['', 'file'],
    ['长'.repeat(300), '长'.repeat(255)],
  ])('named %s is called %s', async (given, called) => {
    expect((await upload(adas, given)).json.data).toMatchObject({ name: called });
  });

  test('that is empty, or not there, is refused', async () => {
    expect((await upload(adas, 'a.png', 'image/png', '')).json).toMatchObject({ code: 1, error: 'file.empty' });
    const { headers } = formWith('a', 'b', '');
    const none = { as: adas, headers, raw: Buffer.from('------trialogue--\r\n') };
    expect((await at.ask('POST /api/v1/conversations/tea/files', none)).json).toMatchObject({ error: 'file.empty' });
  });

  test('is sent as a form, not as JSON', async () => {
    const came = await at.ask('POST /api/v1/conversations/tea/files', { as: adas, body: { file: 'x' } });
    expect(came).toMatchObject({ status: 415, json: { error: 'request.unsupported_media' } });
  });

  test('may have 20 MiB and not one byte more', async () => {
    const most = 20 * 1024 * 1024;
    expect((await upload(adas, 'a.bin', 'video/mp4', Buffer.alloc(most))).json.data).toMatchObject({ size: most });
    const came = await upload(adas, 'a.bin', 'video/mp4', Buffer.alloc(most + 1));
    expect(came).toMatchObject({ status: 413, json: { code: 1, error: 'file.too_large' } });
  });
});
