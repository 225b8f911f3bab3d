import { open, seal } from '@trialogue/crypto';
import { SUBPROTOCOL, id, limits, type ClientMsgId, type DlgId, type UserId } from '@trialogue/protocol';
import { clientApi, platformApi } from '@trialogue/protocol/api';
import { ada, bo, cy, mal } from '@trialogue/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';

import { asker } from './http.ts';
import { startNode, type Node } from './node.ts';

let node: Node;
beforeAll(async () => {
  node = await startNode({ ALLOWED_ORIGINS: 'https://shop.test', LIMITS: 'exchangesPerAddressPerMinute=20' });
  for (const { userId, name, urole } of [ada, bo, cy, mal]) await node.platform.putUser(userId, name, urole);
});
afterAll(() => node.stop());

const platform = asker(() => node.origin, '/platform/v1', platformApi);
const client = asker(() => node.origin, '/api/v1', clientApi);

const shopper = ada.userId;
const tokenOf = async (userId: UserId) =>
  (await platform.get('createToken', node.appSecret, { params: { userId }, body: {} })).token;
const newGroup = async () => {
  const body = { name: '订单 1', members: [{ userId: ada.userId }, { userId: bo.userId }] };
  return (await platform.get('createGroup', node.appSecret, { body })).groupId;
};
const sealed = (text: string, to: { dlgId: DlgId; dlgKey: string }, fromuid: UserId, clientMsgId: string) => ({
  clientMsgId: id<ClientMsgId>(clientMsgId),
  content: seal(JSON.stringify({ type: 'text', text }), { ...to, fromuid, clientMsgId: id<ClientMsgId>(clientMsgId) }),
});
/** The payload of a line of the server, by what it is about. */
const says = (event: string, userId: UserId) => ({ type: 'system', event, userId });
const linesOf = async (groupId: DlgId, query: { notes?: number } = {}) => {
  const { text } = await platform('getTranscript', node.appSecret, { params: { groupId }, query });
  const lines = text.trim().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as { fromuid: string; lane?: string; payload: unknown });
};
const fileOf = (bytes: Uint8Array<ArrayBuffer>, name: string, type = 'application/octet-stream') => {
  const form = new FormData();
  form.append('file', new Blob([bytes], { type }), name);
  return form;
};

describe('the platform API, row by row', () => {
  test('putUser creates a user and replaces a profile', async () => {
    const params = { userId: id<UserId>('dee') };
    const body = { name: 'Dee', urole: 'service' };
    expect(await platform.get('putUser', node.appSecret, { params, body })).toMatchObject({
      userId: 'dee',
      name: 'Dee',
    });
    const renamed = { name: 'Dee 客服', remark: '夜班', urole: 'service' };
    expect(await platform.get('putUser', node.appSecret, { params, body: renamed })).toMatchObject(renamed);
  });

  test('createToken signs a user in; revokeTokens ends every session of that user', async () => {
    const params = { userId: cy.userId };
    const tokens = await platform.get('createToken', node.appSecret, { params, body: { ttlSeconds: 60 } });
    expect(tokens).toEqual({
      token: expect.any(String),
      refreshToken: expect.any(String),
      expiresAt: expect.any(Number),
    });
    expect((await client('getDlgPage', tokens.token)).body.code).toBe(0);
    expect(await platform.get('revokeTokens', node.appSecret, { params })).toBeNull();
    expect((await client('getDlgPage', tokens.token)).body).toMatchObject({ code: 401, error: 'auth.revoked' });
    const { refreshToken } = tokens;
    expect((await client('refreshSession', undefined, { body: { refreshToken } })).body).toMatchObject({ code: 401 });
  });

  test('createGroup gives each member a link in the form of the seed, the ticket in the fragment', async () => {
    const body = {
      groupId: 'order-7',
      name: '订单 7',
      members: [{ userId: ada.userId }, { userId: bo.userId, urole: 'merchant' }],
      custom: { orderId: 7 },
    };
    const group = await platform.get('createGroup', node.appSecret, { body });
    expect(group).toMatchObject({ groupId: 'order-7', dlgId: 'order-7' });
    expect(group.links.map(({ userId }) => userId)).toEqual(['ada', 'bo']);
    for (const { userId, url } of group.links) {
      const link = new URL(url);
      expect(link.origin + link.pathname).toBe(`${node.origin}/groupConversation`);
      expect(Object.fromEntries(link.searchParams)).toEqual({ groupId: 'order-7', userId });
      expect(link.hash).toMatch(/^#ticket=[\w-]+\.[\w-]+\.[\w-]+$/);
    }
    const again = await platform('createGroup', node.appSecret, { body });
    expect(again).toMatchObject({ status: 409, body: { code: 1, data: null, error: 'conversation.exists' } });
    expect(
      await client.get('getConversation', await tokenOf(ada.userId), { query: { groupId: group.dlgId } }),
    ).toMatchObject({
      custom: { orderId: 7 },
    });
  });

  test('createLink gives a fresh link with an end', async () => {
    const groupId = await newGroup();
    const body = { userId: ada.userId, ttlSeconds: 60 };
    const link = await platform.get('createLink', node.appSecret, { params: { groupId }, body });
    expect(link.url).toContain('#ticket=');
    expect(link.expiresAt - Date.now()).toBeLessThan(61_000);
    const tooLong = { userId: ada.userId, ttlSeconds: limits.ticketMs / 1000 + 1 };
    expect(await platform('createLink', node.appSecret, { params: { groupId }, body: tooLong })).toMatchObject({
      status: 400,
      body: { error: 'request.malformed' },
    });
  });

  test('addMembers lets somebody in from the beginning; removeMember starts a new key epoch', async () => {
    const groupId = await newGroup();
    const added = await platform.get('addMembers', node.appSecret, {
      params: { groupId },
      body: { members: [{ userId: cy.userId, urole: 'service' }] },
    });
    expect(added.members.map(({ userId }) => userId).sort()).toEqual(['ada', 'bo', 'cy']);
    expect(added.keyEpoch).toBe(1);
    const params = { groupId, userId: cy.userId };
    expect(await platform.get('removeMember', node.appSecret, { params })).toMatchObject({ keyEpoch: 2 });
    expect(await platform('removeMember', node.appSecret, { params })).toMatchObject({ status: 404 });
    expect((await client('getConversation', await tokenOf(cy.userId), { query: { groupId } })).body).toMatchObject({
      code: 1,
      error: 'conversation.not_member',
    });
  });

  test('postMessage stores once for one clientMsgId; getTranscript gives it back opened, line by line', async () => {
    const groupId = await newGroup();
    const body = { fromuid: bo.userId, clientMsgId: 'receipt-1', payload: { type: 'text', text: '已发货 🚚' } };
    const first = await platform.get('postMessage', node.appSecret, { params: { groupId }, body });
    expect(await platform.get('postMessage', node.appSecret, { params: { groupId }, body })).toEqual(first);
    const { headers, text } = await platform('getTranscript', node.appSecret, { params: { groupId } });
    expect(headers.get('content-type')).toMatch(/ndjson/);
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual([
      expect.objectContaining({ seq: 1, fromuid: 'bo', payload: { type: 'text', text: '已发货 🚚' } }),
    ]);
  });

  test('patchCard changes a card in place, once for one Idempotency-Key', async () => {
    const groupId = await newGroup();
    const order = {
      type: 'order',
      orderId: 'A-17',
      title: '龙井',
      status: 'paid',
      total: { amount: '88', currency: 'CNY' },
      ref: 'order-A-17',
    };
    const card = { fromuid: bo.userId, clientMsgId: 'card-1', payload: order };
    await platform.get('postMessage', node.appSecret, { params: { groupId }, body: card });
    const params = { groupId, ref: order.ref };
    const shipped = { params, headers: { 'idempotency-key': id<ClientMsgId>('ship-1') }, body: { status: 'shipped' } };
    const changed = await platform.get('patchCard', node.appSecret, shipped);
    expect(changed).toMatchObject({ seq: 2 });
    expect(await platform.get('patchCard', node.appSecret, shipped)).toEqual(changed);
    expect(await linesOf(groupId)).toMatchObject([
      { seq: 1, fromuid: 'bo', payload: order },
      { seq: 2, fromuid: '$system', payload: { type: 'cardUpdate', ref: order.ref, changes: { status: 'shipped' } } },
    ]);
    const other = { ...shipped, body: { status: 'lost' } };
    expect(await platform('patchCard', node.appSecret, other)).toMatchObject({
      status: 409,
      body: { error: 'message.id_conflict' },
    });
    for (const body of [{}, { colour: 'red' }, { ref: 'order-A-18' }])
      expect(await platform('patchCard', node.appSecret, { params, body })).toMatchObject({
        status: 400,
        body: { error: 'request.malformed' },
      });
    const nowhere = { params: { ...params, groupId: id<DlgId>('none') }, body: { status: 'shipped' } };
    expect(await platform('patchCard', node.appSecret, nowhere)).toMatchObject({
      status: 404,
      body: { error: 'conversation.not_found' },
    });
  });

  test('putAppReply, listAppReplies, removeAppReply: a canned reply of the app, kept, replaced and gone', async () => {
    const params = { replyId: 'row-hello' };
    const listed = async () =>
      (await platform.get('listAppReplies', node.appSecret)).list.filter(({ replyId }) => replyId === params.replyId);
    const kept = { ...params, scope: 'app', title: '问候', text: '您好，{name}' };
    const put = (title: string, text: string) =>
      platform.get('putAppReply', node.appSecret, { params, body: { title, text } });
    expect(await put(kept.title, '您好')).toEqual({ ...kept, text: '您好' });
    expect(await put(kept.title, kept.text)).toEqual(kept);
    expect(await listed()).toEqual([kept]);
    expect(await platform('putAppReply', node.appSecret, { params, body: { title: '', text: '' } })).toMatchObject({
      status: 400,
      body: { error: 'request.malformed' },
    });
    expect(await platform('listAppReplies', await tokenOf(cy.userId))).toMatchObject({
      status: 401,
      body: { error: 'auth.invalid' },
    });
    for (let times = 0; times < 2; times++)
      expect(await platform.get('removeAppReply', node.appSecret, { params })).toBeNull();
    expect(await listed()).toEqual([]);
  });

  test('refusals have the statuses of HTTP, and the same envelope', async () => {
    const refusedWith = async (answer: ReturnType<typeof platform>, status: number, code: number, error: string) => {
      const { status: was, body } = await answer;
      const requestId = expect.any(String) as string;
      expect([was, body]).toEqual([status, { code, data: null, msg: expect.any(String) as string, error, requestId }]);
    };
    const unknown = { params: { userId: id<UserId>('nobody') }, body: {} };
    await refusedWith(platform('createToken', undefined, unknown), 401, 401, 'auth.missing');
    await refusedWith(platform('createToken', 'not-the-secret', unknown), 401, 401, 'auth.invalid');
    await refusedWith(platform('createToken', await tokenOf(shopper), unknown), 401, 401, 'auth.invalid');
    await refusedWith(platform('createToken', node.appSecret, unknown), 404, 1, 'user.not_found');
    await refusedWith(platform('createGroup', node.appSecret, { body: { name: 7 } }), 400, 1, 'request.malformed');
    await refusedWith(
      platform('getTranscript', node.appSecret, { params: { groupId: id<DlgId>('none') } }),
      404,
      1,
      'conversation.not_found',
    );
    const huge = { name: 'x'.repeat(300 * 1024), urole: 'user' };
    await refusedWith(
      platform('putUser', node.appSecret, { params: { userId: shopper }, body: huge }),
      413,
      1,
      'request.too_large',
    );
  });

  test('putSettings replaces what the app has settled about its customer service, and getSettings says it', async () => {
    const settings = { greeting: { text: '您好' }, leaveMessage: { title: '留言', fields: [] } };
    const { leaveMessage, ...rest } = settings;
    const read = () => platform.get('getSettings', node.appSecret);
    expect(await platform.get('putSettings', node.appSecret, { body: rest })).toEqual(rest);
    expect(await read()).toEqual(rest);
    expect((await platform('putSettings', node.appSecret, { body: { greetings: leaveMessage } })).body).toMatchObject({
      code: 1,
      error: 'request.malformed',
    });
    expect(await read()).toEqual(rest);
    expect(await platform.get('putSettings', node.appSecret, { body: {} })).toEqual({});
  });

  test('deleteGroup destroys a conversation: nobody finds it any more, and it is gone once', async () => {
    const groupId = await newGroup();
    const params = { groupId };
    expect(await platform.get('deleteGroup', node.appSecret, { params })).toBeNull();
    for (const answer of [
      await platform('deleteGroup', node.appSecret, { params }),
      await platform('getTranscript', node.appSecret, { params }),
    ])
      expect(answer).toMatchObject({ status: 404 });
    const entered = await client('getConversation', await tokenOf(ada.userId), { query: { groupId } });
    expect(entered.body).toMatchObject({ code: 1, data: null, error: 'conversation.not_member' });
  });

  test('muteInGroup silences a member of any role until unmuteInGroup; the audit has both, line by line', async () => {
    const groupId = await newGroup();
    const params = { groupId, userId: bo.userId };
    const bos = await tokenOf(bo.userId);
    const say = async (clientMsgId: string) => {
      const { dlgKey } = await client.get('getConversation', bos, { query: { groupId } });
      const body = sealed('喂', { dlgId: groupId, dlgKey }, bo.userId, clientMsgId);
      return client('sendMsg', bos, { params: { dlgId: groupId }, body });
    };
    const body = { seconds: 60, reason: '辱骂' };
    const muted = { mutedUntil: expect.any(Number) as number };
    expect(await platform.get('muteInGroup', node.appSecret, { params, body })).toEqual(muted);
    expect((await say('m1')).body).toMatchObject({ code: 1, data: null, error: 'member.muted' });
    expect(await platform.get('unmuteInGroup', node.appSecret, { params, query: { reason: '道歉' } })).toEqual({});
    expect((await say('m2')).body.code).toBe(0);

    const { list, hasMore } = await platform.get('listAudit', node.appSecret, { query: { limit: 200 } });
    expect(hasMore).toBe(false);
    expect(list.map(({ nr }) => nr)).toEqual(list.map((_, at) => at + 1));
    const about = list.filter(({ subject }) => subject.includes(groupId) && subject.includes(bo.userId));
    expect(about.map(({ actor, reason }) => [actor, reason])).toEqual([
      ['platform', '辱骂'],
      ['platform', '道歉'],
    ]);
    const after = { after: list.length - 1 };
    expect(await platform.get('listAudit', node.appSecret, { query: after })).toMatchObject({ list: list.slice(-1) });
  });

  test('listReports shows what a member reported, proved by the log; resolveReport says what became of it', async () => {
    const groupId = await newGroup();
    const { seq } = await platform.get('postMessage', node.appSecret, {
      params: { groupId },
      body: { fromuid: bo.userId, clientMsgId: 'p1', payload: { type: 'text', text: '加我微信' } },
    });
    const { reportId } = await client.get('reportMessage', await tokenOf(ada.userId), {
      params: { dlgId: groupId, seq },
      body: { reason: 'fraud', text: '想绕开平台' },
    });
    const open = await platform.get('listReports', node.appSecret, {});
    const row = { reportId, groupId, seq, fromuid: bo.userId, reporterId: ada.userId, reason: 'fraud' };
    expect(open.list.find((each) => each.reportId === reportId)).toMatchObject({
      ...row,
      payload: { type: 'text', text: '加我微信' },
      text: '想绕开平台',
      resolvedAt: null,
    });
    const resolved = await platform.get('resolveReport', node.appSecret, {
      params: { reportId },
      body: { outcome: 'upheld', note: '已警告' },
    });
    expect(resolved).toMatchObject({ ...row, outcome: 'upheld', note: '已警告' });
    const left = await platform.get('listReports', node.appSecret, { query: { status: 'open' } });
    expect(left.list.map((each) => each.reportId)).not.toContain(reportId);
  });

  test('no row was left out', () => expect(platform.untouched()).toEqual([]));
});

describe('the client API, row by row', () => {
  test('createSession takes a ticket once; refreshSession replaces both tokens; logout ends them at once', async () => {
    const groupId = await newGroup();
    const { url } = await platform.get('createLink', node.appSecret, {
      params: { groupId },
      body: { userId: shopper },
    });
    const ticket = new URL(url).hash.slice('#ticket='.length);
    const body = { groupId, userId: shopper, ticket, enter: true };
    const session = await client.get('createSession', undefined, { body });
    expect(session).toMatchObject({ userId: 'ada', urole: 'user', expiresAt: expect.any(Number) as number });
    expect(session.conversation).toMatchObject({ dlgId: groupId, imToken: session.token });
    const again = await client('createSession', undefined, { body });
    expect(again).toMatchObject({ status: 200, body: { code: 401, data: null, error: 'ticket.used' } });

    const renewed = await client.get('refreshSession', undefined, { body: { refreshToken: session.refreshToken } });
    expect(renewed.refreshToken).not.toBe(session.refreshToken);
    expect(await client.get('logout', renewed.token)).toBeNull();
    const after = await client('getConversation', renewed.token, { query: { groupId } });
    expect(after).toMatchObject({ status: 200, body: { code: 401, error: 'auth.revoked' } });
  });

  test('a refresh token used twice ends the session', async () => {
    const params = { userId: cy.userId };
    const { refreshToken } = await platform.get('createToken', node.appSecret, { params, body: {} });
    const renewed = await client.get('refreshSession', undefined, { body: { refreshToken } });
    expect((await client('refreshSession', undefined, { body: { refreshToken } })).body).toMatchObject({ code: 401 });
    expect((await client('getDlgPage', renewed.token)).body).toMatchObject({ code: 401 });
  });

  test('getConversation, sendMsg, getMsgPage, markRead, getMemberList, recallMsg, getDlgPage: one conversation from end to end', async () => {
    const dlgId = await newGroup();
    const [adas, bos] = [await tokenOf(ada.userId), await tokenOf(bo.userId)];
    const entered = await client.get('getConversation', adas, { query: { groupId: dlgId } });
    expect(entered).toMatchObject({ dlgId, name: '订单 1', userId: 'ada', imToken: adas, urole: 'user', head: 0 });
    expect(entered.wsAddress).toBe(`${node.origin.replace('http', 'ws')}/ws`);
    const { dlgKey } = entered;

    const message = sealed('第一', { dlgId, dlgKey }, ada.userId, 'a-1');
    const sent = await client.get('sendMsg', adas, { params: { dlgId }, body: message });
    expect(sent).toMatchObject({ seq: 1, msgId: expect.any(String) as string, sentAt: expect.any(Number) as number });
    expect(await client.get('sendMsg', adas, { params: { dlgId }, body: message })).toEqual(sent);
    const another = sealed('别的', { dlgId, dlgKey }, ada.userId, 'a-1');
    expect(await client('sendMsg', adas, { params: { dlgId }, body: another })).toMatchObject({
      status: 200,
      body: { code: 1, error: 'message.id_conflict' },
    });
    const notHers = sealed('冒充', { dlgId, dlgKey }, bo.userId, 'a-2');
    expect((await client('sendMsg', adas, { params: { dlgId }, body: notHers })).body).toMatchObject({
      error: 'envelope.mismatch',
    });
    for (const at of [2, 3, 4, 5]) {
      const body = sealed(`第 ${at}`, { dlgId, dlgKey }, ada.userId, `a-${at}-`);
      await client.get('sendMsg', adas, { params: { dlgId }, body });
    }

    const newest = await client.get('getMsgPage', bos, { params: { dlgId }, query: { limit: 2 } });
    expect(newest).toMatchObject({ list: [{ seq: 4 }, { seq: 5 }], hasMore: true, head: 5 });
    const before = await client.get('getMsgPage', bos, { params: { dlgId }, query: { before: 4, limit: 3 } });
    expect(before).toMatchObject({ list: [{ seq: 1 }, { seq: 2 }, { seq: 3 }], hasMore: false });
    const after = await client.get('getMsgPage', bos, { params: { dlgId }, query: { after: 3 } });
    expect(after).toMatchObject({ list: [{ seq: 4 }, { seq: 5 }], hasMore: false });
    expect(JSON.parse(open(before.list[0]!.content, dlgId, dlgKey))).toEqual({ type: 'text', text: '第一' });

    const unread = async () =>
      (await client.get('getDlgPage', bos, { query: { size: 100 } })).list.find((row) => row.dlgId === dlgId);
    expect(await unread()).toMatchObject({ unread: 5, lastSeq: 5, name: '订单 1', lastMessage: { seq: 5 } });
    expect(await client.get('markRead', bos, { params: { dlgId }, body: { seq: 3 } })).toEqual({ readSeq: 3 });
    expect(await client.get('markRead', bos, { params: { dlgId }, body: { seq: 2 } })).toEqual({ readSeq: 3 });
    expect(await unread()).toMatchObject({ unread: 2 });
    const { list: members } = await client.get('getMemberList', adas, { params: { dlgId } });
    expect(members.find(({ userId }) => userId === bo.userId)).toMatchObject({
      name: bo.name,
      urole: 'merchant',
      online: false,
      readSeq: 3,
    });

    expect(await client.get('recallMsg', adas, { params: { dlgId, seq: 2 } })).toEqual({ seq: 2 });
    expect((await client('recallMsg', bos, { params: { dlgId, seq: 3 } })).body).toMatchObject({
      code: 1,
      error: 'message.not_author',
    });
    const { list } = await client.get('getMsgPage', bos, { params: { dlgId }, query: { after: 1, limit: 1 } });
    expect(list).toMatchObject([{ seq: 2, fromuid: 'ada', recalledAt: expect.any(Number) as number }]);
    expect(open(list[0]!.content, dlgId, dlgKey)).not.toContain('第 2');
  });

  test('getDlgPage lists the newest activity first, finds by name, and goes page by page', async () => {
    const userId = id<UserId>('reader');
    await node.platform.putUser(userId, 'Reader', 'service');
    const made = [];
    for (const name of ['红茶', '绿茶', '白茶']) {
      const body = { name, members: [{ userId }, { userId: ada.userId }] };
      made.push((await platform.get('createGroup', node.appSecret, { body })).groupId);
    }
    await node.platform.post(made[0]!, ada.userId, { type: 'text', text: '又有新消息' });
    const token = await tokenOf(userId);
    const names = async (query: { page?: number; size?: number; keyword?: string }) => {
      const { list, total } = await client.get('getDlgPage', token, { query });
      return [total, ...list.map(({ name }) => name)];
    };
    expect(await names({})).toEqual([3, '红茶', '白茶', '绿茶']);
    expect(await names({ page: 2, size: 2 })).toEqual([3, '绿茶']);
    expect(await names({ keyword: '白' })).toEqual([1, '白茶']);
    expect(await names({ keyword: '%' })).toEqual([0]);
  });

  test('uploadFile keeps a file; downloadFile gives it to members as an attachment, and to nobody else', async () => {
    const dlgId = await newGroup();
    const token = await tokenOf(ada.userId);
    const bytes = new Uint8Array(70_000).map((_, at) => at * 7);
    const kept = await client.get('uploadFile', token, { params: { dlgId }, body: fileOf(bytes, '发票.bin') });
    expect(kept).toMatchObject({ size: 70_000, name: '发票.bin' });
    const params = { dlgId, fileId: kept.fileId };
    const url = `${node.origin}/api/v1/conversations/${dlgId}/files/${kept.fileId}`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${await tokenOf(bo.userId)}` } });
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment;/);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    expect((await client('downloadFile', await tokenOf(mal.userId), { params })).body).toMatchObject({
      code: 1,
      error: 'conversation.not_member',
    });
    expect((await client('downloadFile', undefined, { params })).body).toMatchObject({ code: 401 });
  });

  test('getFileRules, beginUpload, continueUpload, getUpload, cancelUpload: a file in pieces, its sender’s until it is whole', async () => {
    const dlgId = await newGroup();
    const [adas, bos] = [await tokenOf(ada.userId), await tokenOf(bo.userId)];
    expect(await client.get('getFileRules', adas)).toEqual({ sealed: false });
    const bytes = new Uint8Array(200_000).map((_, at) => at * 7);
    const body = { name: '发票.bin', mime: 'application/octet-stream', size: bytes.length };
    const { uploadId, offset } = await client.get('beginUpload', adas, { params: { dlgId }, body });
    expect(offset).toBe(0);
    const params = { dlgId, uploadId };
    const send = (from: number, to?: number) =>
      client.get('continueUpload', adas, { params, query: { offset: from }, body: bytes.slice(from, to) });
    expect(await send(0, 131_072)).toEqual({ uploadId, offset: 131_072, size: 200_000 });
    expect(await client.get('getUpload', adas, { params })).toEqual({ uploadId, offset: 131_072, size: 200_000 });
    for (const operation of ['getUpload', 'cancelUpload'] as const) {
      expect((await client(operation, bos, { params })).body).toMatchObject({ code: 1, error: 'file.not_found' });
    }
    const { file } = await send(131_072);
    expect(file).toEqual({ fileId: uploadId, size: 200_000, name: '发票.bin', mime: 'application/octet-stream' });
    const url = `${node.origin}/api/v1/conversations/${dlgId}/files/${uploadId}`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${bos}` } });
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);

    const { uploadId: other } = await client.get('beginUpload', adas, { params: { dlgId }, body });
    expect(await client.get('cancelUpload', adas, { params: { dlgId, uploadId: other } })).toBeNull();
    expect((await client('getUpload', adas, { params: { dlgId, uploadId: other } })).body).toMatchObject({
      error: 'file.not_found',
    });
  });

  test('callService, getQueue, joinConversation, leaveConversation: a call, until somebody has come and gone', async () => {
    const dlgId = await newGroup();
    const params = { dlgId };
    const [adas, bos, cys] = [await tokenOf(ada.userId), await tokenOf(bo.userId), await tokenOf(cy.userId)];
    const { dlgKey } = await client.get('getConversation', adas, { query: { groupId: dlgId } });
    const queued = async () =>
      (await client.get('getQueue', cys, { query: { size: 100 } })).list.filter((row) => row.dlgId === dlgId);
    expect(await queued()).toEqual([]);
    expect((await client('joinConversation', cys, { params })).body).toMatchObject({
      code: 1,
      error: 'conversation.not_member',
    });

    const call = await client.get('callService', adas, { params });
    expect(call).toEqual({ calledAt: expect.any(Number) as number });
    expect(await client.get('callService', bos, { params })).toEqual(call);
    const [row, ...others] = await queued();
    expect(others).toEqual([]);
    expect(row).toMatchObject({ dlgId, name: '订单 1', ...call });
    expect(row?.members.map(({ userId }) => userId).sort()).toEqual(['ada', 'bo']);
    expect(JSON.stringify(row)).not.toContain(dlgKey);
    for (const name of ['getQueue', 'listReplies'] as const)
      expect(await client(name, adas)).toMatchObject({
        status: 200,
        body: { code: 1, data: null, error: 'desk.not_service' },
      });

    expect(await client.get('joinConversation', cys, { params })).toMatchObject({ assignee: 'cy', calledAt: null });
    expect(await queued()).toEqual([]);
    expect((await client('leaveConversation', adas, { params })).body).toMatchObject({ error: 'desk.not_service' });
    expect(await client.get('leaveConversation', cys, { params })).toBeNull();
    const after = await client.get('getConversation', adas, { query: { groupId: dlgId } });
    expect(after.dlgKey).not.toBe(dlgKey);
    expect((await client('getMsgPage', cys, { params })).body).toMatchObject({ error: 'conversation.not_member' });
    expect((await linesOf(dlgId)).map(({ fromuid, payload }) => [fromuid, payload])).toEqual([
      ['$system', says('serviceCalled', ada.userId)],
      ['$system', says('joined', cy.userId)],
      ['$system', says('taken', cy.userId)],
      ['$system', says('left', cy.userId)],
    ]);
  });

  test('patchDesk, openNotes, getCustomer: what customer service does beside talking, and nobody else', async () => {
    const gil = id<UserId>('gil');
    const custom = { level: 'gold' };
    const buyer = { name: 'Gil', urole: 'user', remark: '老客户', custom };
    await platform.get('putUser', node.appSecret, { params: { userId: gil }, body: buyer });
    const members = [{ userId: gil }, { userId: cy.userId }];
    const body = { name: '售后', members, custom: { orderId: 9 } };
    const { dlgId } = await platform.get('createGroup', node.appSecret, { body });
    const params = { dlgId };
    const [gils, cys] = [await tokenOf(gil), await tokenOf(cy.userId)];
    await node.platform.post(dlgId, gil, { type: 'text', text: '还没到' });

    const waiting = await client.get('getDlgPage', cys, { query: { filter: 'waiting', size: 100 } });
    expect(waiting.list.find((row) => row.dlgId === dlgId)?.desk).toEqual({
      status: 'open',
      assignee: null,
      waiting: [{ urole: 'user', since: expect.any(Number) as number }],
      calledAt: null,
    });
    const closing = { status: 'closed', assignee: cy.userId, note: '已退款' };
    const closed = { status: 'closed', assignee: 'cy', waiting: [], calledAt: null };
    expect(await client.get('patchDesk', cys, { params, body: closing })).toEqual(closed);
    expect(await client.get('patchDesk', cys, { params, body: {} })).toEqual(closed);
    expect((await client('patchDesk', cys, { params, body: { assignee: gil } })).body).toMatchObject({
      code: 1,
      error: 'member.not_found',
    });
    expect((await client('patchDesk', cys, { params, body: { status: 'done' } })).body).toMatchObject({
      error: 'request.malformed',
    });
    const said = (await linesOf(dlgId)).map(({ payload }) => payload);
    expect(said).toHaveLength(4);
    expect(said).toEqual(
      expect.arrayContaining([says('taken', cy.userId), says('closed', cy.userId), { type: 'ratingRequest' }]),
    );

    const notes = await client.get('openNotes', cys, { params });
    expect(notes).toMatchObject({ dlgKey: expect.any(String) as string, head: 1 });
    const { dlgKey } = await client.get('getConversation', gils, { query: { groupId: dlgId } });
    expect(notes.dlgId).not.toBe(dlgId);
    expect(notes.dlgKey).not.toBe(dlgKey);
    const { list } = await client.get('getMsgPage', cys, { params: { dlgId: notes.dlgId } });
    expect(list.map(({ fromuid }) => fromuid)).toEqual(['cy']);
    expect(JSON.parse(open(list[0]!.content, notes.dlgId, notes.dlgKey))).toEqual({ type: 'text', text: '已退款' });
    expect((await client('getMsgPage', gils, { params: { dlgId: notes.dlgId } })).body).toMatchObject({
      error: 'conversation.not_member',
    });
    expect((await linesOf(dlgId, { notes: 1 })).filter(({ lane }) => lane === 'notes')).toMatchObject([
      { fromuid: 'cy', payload: { type: 'text', text: '已退款' } },
    ]);

    const seen = await client.get('getCustomer', cys, { params });
    expect(seen.custom).toEqual({ orderId: 9 });
    expect(seen.members.find(({ userId }) => userId === gil)).toEqual({ userId: 'gil', ...buyer, online: false });
    for (const answer of await Promise.all([
      client('patchDesk', gils, { params, body: { status: 'open' } }),
      client('openNotes', gils, { params }),
      client('getCustomer', gils, { params }),
    ]))
      expect(answer).toMatchObject({ status: 200, body: { code: 1, data: null, error: 'desk.not_service' } });
    const [row] = (await client.get('getDlgPage', gils)).list;
    expect(row).toMatchObject({ dlgId, name: '售后' });
    expect(row).not.toHaveProperty('desk');
  });

  test('listReplies gives those of the app, then those of the agent; putReply and removeReply are about the own ones', async () => {
    const [cys, dees] = [await tokenOf(cy.userId), await tokenOf(id<UserId>('dee'))];
    const params = { replyId: 'row-bye' };
    const offered = async (token: string) =>
      (await client.get('listReplies', token)).list.filter(({ replyId }) => replyId === params.replyId);
    const ofApp = { title: '再见', text: '欢迎再来' };
    await platform.get('putAppReply', node.appSecret, { params, body: ofApp });
    const [own, replaced] = ['祝您愉快', '祝您愉快，{name}'].map((text) => ({ title: '再见', text }));
    expect(await client.get('putReply', cys, { params, body: own })).toEqual({ ...params, ...own, scope: 'own' });
    await client.get('putReply', cys, { params, body: replaced });
    const app = { ...params, ...ofApp, scope: 'app' };
    expect(await offered(cys)).toEqual([app, { ...params, ...replaced, scope: 'own' }]);
    expect(await offered(dees)).toEqual([app]);
    for (let times = 0; times < 2; times++) expect(await client.get('removeReply', cys, { params })).toBeNull();
    expect(await offered(cys)).toEqual([app]);
    const adas = await tokenOf(ada.userId);
    for (const answer of [
      await client('putReply', adas, { params, body: own }),
      await client('removeReply', adas, { params }),
    ])
      expect(answer.body).toMatchObject({ code: 1, error: 'desk.not_service' });
  });

  test('getConfig says what a page has to know', async () => {
    const config = await client.get('getConfig', undefined);
    expect(config.demo).toBe(true);
    expect(config.origins).toEqual(expect.arrayContaining([node.origin, 'https://shop.test']));
  });

  test('getLimits tells the limits in force, as getConfig does', async () => {
    const inForce = await client.get('getLimits', undefined);
    expect(inForce).toEqual({ ...limits, exchangesPerAddressPerMinute: 20 });
    expect((await client.get('getConfig', undefined)).limits).toEqual(inForce);
  });

  test('an outsider learns nothing, not even whether there is such a conversation', async () => {
    const dlgId = await newGroup();
    await node.platform.post(dlgId, ada.userId, { type: 'text', text: '内部' });
    const token = await tokenOf(mal.userId);
    for (const there of [dlgId, id<DlgId>('never-was')]) {
      const params = { dlgId: there };
      const answers = await Promise.all([
        client('getConversation', token, { query: { groupId: there } }),
        client('getMsgPage', token, { params }),
        client('getMemberList', token, { params }),
        client('markRead', token, { params, body: { seq: 1 } }),
        client('recallMsg', token, { params: { ...params, seq: 1 } }),
        client('uploadFile', token, { params, body: fileOf(new Uint8Array([1, 2, 3]), 'a.bin') }),
        client('patchDesk', token, { params, body: { status: 'closed', note: 'x' } }),
        client('callService', token, { params }),
        client('joinConversation', token, { params }),
        client('leaveConversation', token, { params }),
        client('openNotes', token, { params }),
        client('getCustomer', token, { params }),
      ]);
      for (const { status, body } of answers) {
        expect(status).toBe(200);
        expect(body).toMatchObject({ code: 1, data: null, error: 'conversation.not_member' });
      }
    }
  });

  test('0, 1 and 401 come with HTTP 200; only limits of transport have a status of their own', async () => {
    const dlgId = await newGroup();
    const token = await tokenOf(ada.userId);
    expect(await client('getDlgPage', undefined)).toMatchObject({
      status: 200,
      body: { code: 401, error: 'auth.missing' },
    });
    expect(await client('getDlgPage', 'nonsense')).toMatchObject({
      status: 200,
      body: { code: 401, error: 'auth.invalid' },
    });
    expect(await client('sendMsg', token, { params: { dlgId }, body: {} })).toMatchObject({
      status: 200,
      body: { code: 1, error: 'request.malformed' },
    });

    const large = fileOf(new Uint8Array(limits.fileBytes + 1), 'large.bin');
    expect(await client('uploadFile', token, { params: { dlgId }, body: large })).toMatchObject({
      status: 413,
      body: { code: 1, data: null, error: 'file.too_large' },
    });
    expect(await client('uploadFile', token, { params: { dlgId }, body: {} })).toMatchObject({
      status: 415,
      body: { error: 'request.unsupported_media' },
    });
    const body = { groupId: dlgId, userId: ada.userId, ticket: 'guess' };
    let answer = await client('createSession', undefined, { body });
    for (let tries = 0; tries < 25 && answer.status === 200; tries++)
      answer = await client('createSession', undefined, { body });
    expect(answer).toMatchObject({ status: 429, body: { code: 1, data: null, error: 'rate.limited' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('visitConversation greets a shopper once; getService says where a call stands, getOrderActions what may be done', async () => {
    const settings = {
      greeting: { text: '欢迎光临' },
      orderActions: [{ id: 'refund', label: '退款', url: 'https://shop.test/refund/{orderId}', roles: ['user'] }],
    };
    await platform.get('putSettings', node.appSecret, { body: settings });
    const dlgId = await newGroup();
    const params = { dlgId };
    const [adas, bos] = [await tokenOf(ada.userId), await tokenOf(bo.userId)];
    for (const token of [bos, adas, adas]) expect(await client.get('visitConversation', token, { params })).toBeNull();
    expect((await linesOf(dlgId)).map(({ payload }) => payload)).toEqual([{ type: 'text', text: '欢迎光临' }]);

    const idle = { calledAt: null, before: null, isOpen: true, opensAt: null };
    expect(await client.get('getService', adas, { params })).toEqual(idle);
    await client.get('callService', adas, { params });
    expect(await client.get('getService', adas, { params })).toMatchObject({ calledAt: expect.any(Number) as number });

    const { roles: _, ...refund } = settings.orderActions[0]!;
    expect(await client.get('getOrderActions', adas, { params })).toEqual({ list: [refund] });
    const mals = await tokenOf(mal.userId);
    for (const name of ['visitConversation', 'getService', 'getOrderActions'] as const)
      expect((await client(name, mals, { params })).body).toMatchObject({ error: 'conversation.not_member' });
    await platform.get('putSettings', node.appSecret, { body: {} });
  });

  test('getDeskCounts says to customer service how many conversations each list has, and to nobody else', async () => {
    const counts = await client.get('getDeskCounts', await tokenOf(cy.userId));
    expect(counts.all).toBe(counts.open + counts.pending + counts.closed);
    expect(counts.queue).toBeGreaterThan(0);
    const none = { mine: 0, waiting: 0, queue: 0, open: 0, pending: 0, closed: 0 };
    expect(await client.get('getDeskCounts', await tokenOf(shopper))).toMatchObject(none);
  });

  test('muteMember and unmuteMember are for customer service; reportMessage says once what is wrong with a message', async () => {
    const dlgId = await newGroup();
    const [adas, bos, cys] = await Promise.all([ada, bo, cy].map(({ userId }) => tokenOf(userId)));
    const params = { dlgId, userId: bo.userId };
    await client.get('callService', adas, { params: { dlgId } });
    await client.get('joinConversation', cys, { params: { dlgId } });
    expect((await client('muteMember', adas, { params, body: {} })).body).toMatchObject({ code: 1, data: null });
    expect(await client.get('muteMember', cys, { params, body: {} })).toEqual({ mutedUntil: null });
    const { dlgKey } = await client.get('getConversation', bos, { query: { groupId: dlgId } });
    const send = (clientMsgId: string) =>
      client('sendMsg', bos, { params: { dlgId }, body: sealed('喂', { dlgId, dlgKey }, bo.userId, clientMsgId) });
    expect((await send('m1')).body).toMatchObject({ error: 'member.muted' });
    expect((await client('getMsgPage', bos, { params: { dlgId } })).body.code).toBe(0);
    expect(await client.get('unmuteMember', cys, { params })).toEqual({});
    const stored = await send('m2');
    expect(stored.body.code).toBe(0);

    const { seq } = stored.body.data!;
    const report = { params: { dlgId, seq }, body: { reason: 'spam' as const } };
    const first = await client.get('reportMessage', adas, report);
    expect(await client.get('reportMessage', adas, report)).toEqual(first);
    const none = { params: { dlgId, seq: seq + 9 }, body: report.body };
    expect((await client('reportMessage', adas, none)).body).toMatchObject({ code: 1, data: null });
    expect((await client('reportMessage', await tokenOf(mal.userId), report)).body).toMatchObject({
      error: 'conversation.not_member',
    });
  });

  test('no row was left out', () => expect(client.untouched()).toEqual([]));
});

describe('for machines', () => {
  const get = (path: string, headers: Record<string, string> = {}) => fetch(node.origin + path, { headers });

  test('healthz, readyz, metrics and openapi.json answer', async () => {
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
    const metrics = await get('/metrics');
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await metrics.text()).toMatch(/^# TYPE /m);
    const { paths } = (await (await get('/openapi.json')).json()) as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    expect(ids).toEqual(expect.arrayContaining([...Object.keys(clientApi), ...Object.keys(platformApi)]));
  });

  test('an unknown route answers 404 in the envelope', async () => {
    const answer = await get('/api/v1/nothing');
    expect([answer.status, await answer.json()]).toEqual([
      404,
      expect.objectContaining({ code: 1, error: 'route.not_found' }),
    ]);
  });

  test('a page of another origin may read answers only when it is allowed', async () => {
    const allowed = await get('/api/v1/config', { origin: 'https://shop.test' });
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://shop.test');
    const stranger = await get('/api/v1/config', { origin: 'https://evil.test' });
    expect(stranger.headers.get('access-control-allow-origin')).toBeNull();
  });

  test.for([
    ['https://evil.test', 403],
    ['null', 403],
    ['https://shop.test.evil.test', 403],
    ['https://shop.test', 'open'],
    [undefined, 'open'],
  ] as const)('a socket from %s: %s', async ([origin, outcome]) => {
    const socket = new WebSocket(
      `${node.origin.replace('http', 'ws')}/ws`,
      SUBPROTOCOL,
      origin === undefined ? {} : { origin },
    );
    const was = await new Promise<number | 'open'>((resolve) => {
      socket.on('open', () => resolve('open'));
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
      socket.on('error', () => undefined);
    });
    socket.terminate();
    expect(was).toBe(outcome);
  });
});
