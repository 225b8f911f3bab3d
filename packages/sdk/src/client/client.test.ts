import { open, parseHeader } from '@trialogue/crypto';
import { id, type DlgId, type SessionId } from '@trialogue/protocol';
import { ada, tea } from '@trialogue/testkit';
import { describe, expect, test, vi } from 'vitest';

import { storeInMemory } from '../outbox/store.ts';
import { SID, adasClient, ring } from './fixture.ts';

const hello = { type: 'text', text: 'hello?' } as const;
const coffee = id<DlgId>('coffee');

describe('connecting', () => {
  test('greets, waits for the application to bind, and opens the conversation', async () => {
    const at = await adasClient();
    expect(at.session.getState()).toBe(false);
    at.greet();
    expect(at.session.getState()).toBe(true);
    expect(at.heard('connect')).toHaveLength(1);
    expect(at.line.sent).toEqual([]);
    at.bind();
    expect(at.line.sent).toEqual([{ op: 'bind', token: 'token of Ada', uid: 'ada', sid: SID, fence: 1 }]);
    at.bound().opened(7, { readSeq: 5 });
    expect(at.heard('bound')).toEqual([{ userId: 'ada', expiresAt: 9_000 }]);
    expect(at.heard('opened')).toEqual([{ dlgId: tea, head: 7, readSeq: 5, minSeq: 1, logEpoch: 'e1', online: [] }]);
    expect(at.heard('state').map(({ name }) => name)).toEqual(['dialing', 'greeting', 'connected', 'binding', 'live']);
  });

  test('binds at once when the application has said who is talking before the server greets', async () => {
    const at = (await adasClient()).bind().greet();
    expect(at.line.all('bind')).toHaveLength(1);
  });

  test('binds again by itself, and is not disturbed by an application that does so too', async () => {
    const at = (await adasClient()).comeUp();
    at.line.loses();
    expect(at.heard('close')).toEqual([{ code: 1006, reason: '', willReconnect: true }]);
    expect(at.heard('reconnect')).toEqual([{ attempt: 1, delayMs: 250, reason: 'lost' }]);
    expect(at.session.getState()).toBe(false);
    at.clock.advance(250);
    at.greet().bind();
    expect(at.line.all('bind')).toHaveLength(1);
    at.bound();
    expect(at.line.all('open')).toHaveLength(1);
  });

  test('a server that is silent for 40 s is left; one that pings is answered', async () => {
    const at = (await adasClient()).comeUp();
    at.clock.advance(30_000);
    at.line.says({ op: 'ping', heads: [] });
    expect(at.line.all('pong')).toHaveLength(1);
    at.clock.advance(39_999);
    expect(at.line.isOver).toBe(false);
    at.clock.advance(1);
    expect(at.lines[0]?.isOver).toBe(true);
    expect(at.heard('reconnect')).toMatchObject([{ reason: 'silent' }]);
  });

  test('a server that cannot be reached is tried again and again, with growing pauses', async () => {
    const at = await adasClient();
    for (let attempt = 0; attempt < 8; attempt++) {
      at.line.loses(1006);
      at.clock.advance(15_000);
    }
    expect(at.heard('reconnect').map(({ delayMs }) => delayMs)).toEqual([
      250, 500, 1000, 2000, 4000, 8000, 15000, 15000,
    ]);
    expect(at.heard('error')).toHaveLength(8);
    expect(at.heard('close')).toEqual([]);
  });

  test('a page that comes back does not sit out a long pause', async () => {
    const at = await adasClient();
    for (let attempt = 0; attempt < 7; attempt++) {
      at.line.loses();
      if (attempt < 6) at.clock.advance(15_000);
    }
    const dialed = at.lines.length;
    at.wake();
    at.clock.advance(300);
    expect(at.lines).toHaveLength(dialed + 1);
  });

  test('a dead token is replaced through getToken, once', async () => {
    const getToken = vi.fn(async () => 'a newer token');
    const at = (await adasClient({ getToken })).comeUp();
    at.line.loses(4401);
    await vi.waitFor(() => expect(at.lines).toHaveLength(2));
    at.greet();
    expect(at.line.last('bind').token).toBe('a newer token');
    at.line.loses(4401);
    await Promise.resolve();
    expect(getToken).toHaveBeenCalledTimes(1);
    expect(at.heard('reconnect')).toMatchObject([{ reason: 'auth' }]);
    at.clock.advance(600_000);
    expect(at.lines).toHaveLength(2);
  });

  test('an application that binds its first token for ever does not undo the newer one', async () => {
    const getToken = vi.fn(async () => 'a newer token');
    const at = (await adasClient({ getToken })).comeUp();
    at.line.loses(4401);
    at.bind(); // In onClose: the token that was just refused.
    await vi.waitFor(() => expect(at.lines).toHaveLength(2));
    at.greet().bind().bound().bind();
    expect(at.line.all('bind')).toEqual([{ op: 'bind', token: 'a newer token', uid: ada.userId, sid: SID, fence: 2 }]);
    expect(at.line.all('auth')).toEqual([]);
    at.line.loses();
    at.clock.advance(1_000);
    at.greet().bind().bound();
    expect(at.line.all('bind')).toEqual([{ op: 'bind', token: 'a newer token', uid: ada.userId, sid: SID, fence: 3 }]);
    expect(at.lines).toHaveLength(3);
    expect(getToken).toHaveBeenCalledTimes(1);
  });

  test('signed out without getToken, a token that was replaced does not count as a new one', async () => {
    const at = (await adasClient()).comeUp();
    at.session.bindUser({ token: 'newer', uid: ada.userId });
    at.line.loses(4401);
    at.bind();
    expect(at.lines).toHaveLength(1);
    at.session.bindUser({ token: 'newest', uid: ada.userId });
    at.greet().bind();
    expect(at.line.all('bind')).toEqual([{ op: 'bind', token: 'newest', uid: ada.userId, sid: SID, fence: 2 }]);
  });

  test('a token that will end soon is replaced on the connection that is there', async () => {
    const getToken = vi.fn(() => 'a newer token');
    const at = (await adasClient({ getToken })).greet().bind();
    const bound = { op: 'bound', userId: ada.userId, sessionId: id<SessionId>('s') } as const;
    const { serverTime } = at.heard('connect')[0] ?? { serverTime: 0 };
    at.line.says({ ...bound, expiresAt: serverTime + 90_000 });
    at.clock.advance(29_999);
    expect(getToken).not.toHaveBeenCalled();
    at.clock.advance(1);
    await vi.waitFor(() => expect(at.line.all('auth')).toEqual([{ op: 'auth', token: 'a newer token' }]));
    at.line.says({ ...bound, expiresAt: serverTime + 990_000 });
    at.clock.advance(35_000);
    expect(at.lines).toHaveLength(1);
    expect(getToken).toHaveBeenCalledTimes(1);
  });

  test('without getToken the application is told, and the connection comes back when it has bound anew', async () => {
    const at = (await adasClient()).comeUp();
    at.line.loses(4401);
    expect(at.heard('reconnect')).toEqual([{ attempt: 0, delayMs: 0, reason: 'auth' }]);
    at.session.bindUser({ token: 'newer', uid: ada.userId });
    at.greet();
    expect(at.line.last('bind').token).toBe('newer');
  });

  test('getToken that fails is reported, and bindUser is awaited', async () => {
    const at = (await adasClient({ getToken: () => Promise.reject(new Error('no')) })).comeUp();
    at.line.loses(4401);
    await vi.waitFor(() => expect(at.heard('error')).toMatchObject([{ error: 'sdk.no_token' }]));
    expect(at.heard('reconnect')).toMatchObject([{ reason: 'auth' }]);
  });

  test('a newer token goes under the bound socket; another user gets a socket of their own', async () => {
    const at = (await adasClient()).comeUp();
    at.session.bindUser({ token: 'newer', uid: ada.userId });
    expect(at.line.last('auth')).toEqual({ op: 'auth', token: 'newer' });
    expect(at.lines).toHaveLength(1);
    at.session.bindUser({ token: 'token of Bo', uid: 'bo' });
    expect(at.lines).toHaveLength(2);
    expect(at.lines[0]?.isOver).toBe(true);
    at.greet();
    expect(at.line.sent).toEqual([{ op: 'bind', token: 'token of Bo', uid: 'bo', sid: SID, fence: 2 }]);
  });

  test('stays away when the server says so, and says why', async () => {
    const at = (await adasClient()).comeUp();
    const sending = at.session.send(hello);
    at.line.loses(4501, 'bad');
    expect(at.heard('error')).toMatchObject([{ error: 'sdk.shut' }]);
    expect(at.heard('close')).toEqual([{ code: 4501, reason: 'bad', willReconnect: false }]);
    await expect(sending).rejects.toMatchObject({ error: 'sdk.shut', outcome: 'unknown' });
    at.clock.advance(600_000);
    expect(at.lines).toHaveLength(1);
    at.session.reconnect();
    expect(at.lines).toHaveLength(2);
  });

  test('a draining server is left at the time it names', async () => {
    const at = (await adasClient()).comeUp();
    at.line.says({ op: 'drain', inMs: 8_000 });
    at.clock.advance(7_999);
    expect(at.line.isOver).toBe(false);
    at.clock.advance(1);
    expect(at.heard('reconnect')).toMatchObject([{ reason: 'drain', delayMs: 250 }]);
    at.clock.advance(250);
    expect(at.lines).toHaveLength(2);
  });

  test('a server of another protocol is not talked to', async () => {
    const at = await adasClient();
    at.line.opens();
    at.line.says({ op: 'hello', versions: [7], pingMs: 1, maxFrame: 1, serverTime: 1 });
    expect(at.heard('error')).toMatchObject([{ error: 'sdk.unsupported_version' }, { error: 'sdk.shut' }]);
    expect(at.line.isOver).toBe(true);
  });

  test('what an old socket still says is not heard', async () => {
    const at = (await adasClient()).comeUp(3);
    const [old] = at.lines;
    at.session.reconnect();
    at.greet().bound().opened(3);
    old?.says({ op: 'left', dlgId: tea });
    old?.loses(4501);
    expect(at.heard('left')).toEqual([]);
    expect(at.session.getState()).toBe(true);
  });
});

describe('sending', () => {
  test('settles with what the server stored, and tells the way there', async () => {
    const at = (await adasClient()).comeUp();
    const sending = at.session.send(hello, { clientMsgId: 'one' });
    const { content } = at.line.last('send');
    expect(JSON.parse(open(content, tea, ring(1)))).toEqual(hello);
    expect(parseHeader(content)).toMatchObject({ fromuid: 'ada', clientMsgId: 'one' });
    const stored = at.ack(1);
    expect(await sending).toEqual(stored);
    expect(at.heard('outbox').map(({ state }) => state)).toEqual(['queued', 'sending', 'sent']);
  });

  test('a message typed while offline goes out when the connection is there', async () => {
    const at = await adasClient();
    const sending = at.session.send(hello);
    at.greet().bind().bound();
    at.ack(1);
    expect(await sending).toMatchObject({ seq: 1 });
  });

  test('a message whose answer was lost goes out again with the same bytes (trap 10)', async () => {
    const at = (await adasClient()).comeUp();
    const sending = at.session.send(hello);
    const first = at.line.last('send');
    at.comeBack(1);
    expect(at.line.all('send')).toEqual([{ ...first, id: expect.any(Number) }]);
    const stored = at.ack(1, true);
    expect(await sending).toEqual(stored);
    expect(at.heard('outbox').map(({ state }) => state)).toEqual(['queued', 'sending', 'queued', 'sending', 'sent']);
  });

  test('an answer that does not come is asked for again on the same connection', async () => {
    const at = (await adasClient()).comeUp();
    const sending = at.session.send(hello);
    at.clock.advance(6_000);
    const [first, second, ...more] = at.line.all('send');
    expect(second).toEqual({ ...first, id: second?.id });
    expect(more).toEqual([]);
    at.ack(1);
    at.ack(1, true);
    expect(await sending).toMatchObject({ seq: 1 });
    expect(at.heard('outbox').filter(({ state }) => state === 'sent')).toHaveLength(1);
  });

  test('messages of one conversation go one after the other (I10, I11)', async () => {
    const at = (await adasClient()).comeUp();
    void at.session.send(hello, { clientMsgId: 'one' });
    void at.session.send(hello, { clientMsgId: 'two' });
    const ids = () => at.line.all('send').map(({ clientMsgId }) => clientMsgId);
    expect(ids()).toEqual(['one']);
    at.ack(1);
    expect(ids()).toEqual(['one', 'two']);
  });

  test('a refusal is a typed error, and the next message goes on', async () => {
    const at = (await adasClient()).comeUp();
    const refused = at.session.send(hello);
    const next = at.session.send(hello, { clientMsgId: 'next' });
    at.nack('conversation.not_member');
    await expect(refused).rejects.toMatchObject({
      name: 'ImError',
      error: 'conversation.not_member',
      retry: 'never',
      outcome: 'none',
    });
    at.ack(1);
    expect(await next).toMatchObject({ seq: 1 });
  });

  test('a server that cannot now is asked again after the time it names', async () => {
    const at = (await adasClient()).comeUp();
    const sending = at.session.send(hello);
    at.nack('storage.full', 3_000);
    at.clock.advance(2_999);
    expect(at.line.all('send')).toHaveLength(1);
    at.clock.advance(1);
    const [first, second] = at.line.all('send');
    expect(second).toEqual({ ...first, id: second?.id });
    at.ack(1);
    expect(await sending).toMatchObject({ seq: 1 });
  });

  test('under a key that is too old it is sealed again with the new one, under the same id', async () => {
    const at = (await adasClient()).comeUp();
    const sending = at.session.send(hello);
    const first = at.line.last('send');
    at.nack('key.stale_epoch');
    expect(at.line.all('send')).toHaveLength(1);
    at.opened(0, { dlgKey: ring(1, 2) });
    const second = at.line.last('send');
    expect(second.clientMsgId).toBe(first.clientMsgId);
    expect(parseHeader(second.content).epoch).toBe(2);
    expect(JSON.parse(open(second.content, tea, ring(1, 2)))).toEqual(hello);
    expect(at.heard('key')).toEqual([{ dlgId: tea, dlgKey: ring(1, 2) }]);
    expect(at.heard('opened')).toHaveLength(1);
    at.ack(1);
    expect(await sending).toMatchObject({ seq: 1 });
  });

  test('the same when the new key came before the refusal, and from then on', async () => {
    const at = (await adasClient()).comeUp();
    void at.session.send(hello);
    at.line.says({ op: 'key', dlgId: tea, dlgKey: ring(1, 2) });
    at.nack('key.stale_epoch');
    expect(parseHeader(at.line.last('send').content).epoch).toBe(2);
    at.ack(1);
    void at.session.send(hello);
    expect(parseHeader(at.line.last('send').content).epoch).toBe(2);
  });

  test('a second refusal of the bytes of before is not taken for one of the bytes of now (I2)', async () => {
    const at = (await adasClient()).comeUp();
    const sending = at.session.send(hello);
    at.nack('key.stale_epoch').opened(0, { dlgKey: ring(1, 2) });
    const resealed = at.line.last('send');
    at.nack('key.stale_epoch').opened(0, { dlgKey: ring(1, 2) });
    expect(at.line.last('send')).toMatchObject({ clientMsgId: resealed.clientMsgId, content: resealed.content });
    at.ack(1);
    expect(await sending).toMatchObject({ seq: 1 });
  });

  test('a refusal that names an earlier try is not taken for one of the bytes of now, whatever it says (I2)', async () => {
    const at = (await adasClient()).comeUp();
    const sending = at.session.send(hello);
    const { id: first = 0, dlgId, clientMsgId } = at.line.last('send');
    at.line.says({ op: 'key', dlgId: tea, dlgKey: ring(1, 2) });
    at.nack('key.stale_epoch');
    const resealed = at.line.last('send');
    expect(resealed.id).not.toBe(first);
    // They were stored; the first refusal comes twice, the second time after a third key, and then something final.
    at.line.says({ op: 'key', dlgId: tea, dlgKey: ring(1, 2, 3) });
    const echo = { op: 'nack', id: first, dlgId, clientMsgId, msg: '' } as const;
    at.line.says({ ...echo, error: 'key.stale_epoch' });
    at.line.says({ ...echo, error: 'conversation.not_member' });
    expect(at.line.last('send')).toEqual(resealed);
    at.ack(1);
    expect(await sending).toMatchObject({ seq: 1 });
  });

  test('a server that refuses the key and has no other is not asked for ever', async () => {
    const at = (await adasClient()).comeUp();
    const sending = at.session.send(hello);
    for (let tries = 0; tries < 3; tries++) at.nack('key.stale_epoch').opened(0);
    await expect(sending).rejects.toMatchObject({ error: 'key.stale_epoch' });
    expect(at.line.all('send')).toHaveLength(3);
  });

  test('the same for a conversation that is not the chosen one, which is not followed for that', async () => {
    const at = (await adasClient()).comeUp();
    at.session.updateConfig({ dlgId: coffee, dlgKey: ring(3) });
    at.opened(0, { dlgKey: ring(3) });
    const sending = at.session.send(hello, { dlgId: tea });
    at.nack('key.stale_epoch').opened(5, { dlgKey: ring(1, 2) });
    expect(at.line.last('leave')).toEqual({ op: 'leave', dlgId: tea });
    expect(parseHeader(at.line.last('send').content).epoch).toBe(2);
    at.ack(6);
    expect(await sending).toMatchObject({ seq: 6 });
    expect(at.heard('opened')).toHaveLength(2);
  });

  test('a token that died is replaced before the message goes out again', async () => {
    const at = (await adasClient({ getToken: () => 'newer' })).comeUp();
    const sending = at.session.send(hello);
    const first = at.line.last('send');
    at.nack('auth.expired');
    expect(at.line.isOver).toBe(true);
    await vi.waitFor(() => expect(at.lines).toHaveLength(2));
    at.greet().bound();
    expect(at.line.last('send')).toMatchObject({ clientMsgId: first.clientMsgId, content: first.content });
    at.ack(1);
    expect(await sending).toMatchObject({ seq: 1 });
  });

  test('close rejects what was not answered, and says of which it is not known', async () => {
    const at = (await adasClient()).comeUp();
    const onTheWay = at.session.send(hello);
    const waiting = at.session.send(hello);
    const reading = at.session.history();
    at.session.close();
    expect(at.session.getState()).toBe(false);
    await expect(onTheWay).rejects.toMatchObject({ error: 'sdk.closed', outcome: 'unknown' });
    await expect(waiting).rejects.toMatchObject({ error: 'sdk.closed', outcome: 'none' });
    await expect(reading).rejects.toMatchObject({ error: 'sdk.closed' });
    await expect(at.session.send(hello)).rejects.toMatchObject({ error: 'sdk.closed' });
    at.clock.advance(600_000);
    expect(at.lines).toHaveLength(1);
    expect(at.heard('close')).toEqual([{ code: 1000, reason: '', willReconnect: false }]);
  });

  test('a retry by the application after close has the bytes of the first try', async () => {
    const store = storeInMemory();
    const first = (await adasClient({}, { store })).comeUp();
    const lost = first.session.send(hello, { clientMsgId: 'once' });
    const { content } = first.line.last('send');
    first.session.close();
    await expect(lost).rejects.toMatchObject({ outcome: 'unknown' });

    const second = (await adasClient({}, { store })).comeUp();
    const again = second.session.send(hello, { clientMsgId: 'once' });
    expect(second.line.last('send').content).toBe(content);
    second.ack(1, true);
    expect(await again).toMatchObject({ seq: 1 });
  });

  test('the same id while the first is on its way is the same message', async () => {
    const at = (await adasClient()).comeUp();
    const one = at.session.send(hello, { clientMsgId: 'once' });
    const two = at.session.send(hello, { clientMsgId: 'once' });
    at.ack(1);
    expect(at.line.all('send')).toHaveLength(1);
    return expect(Promise.all([one, two])).resolves.toMatchObject([{ seq: 1 }, { seq: 1 }]);
  });

  test('what cannot be sent is said at once', async () => {
    const at = (await adasClient()).comeUp();
    await expect(at.session.send({ type: 'text', text: 'é'.repeat(5_000) })).rejects.toMatchObject({
      error: 'message.too_large',
      msg: expect.stringMatching(/The payload has 1002\d bytes/),
    });
    for (const odd of ['hi', {}, { type: 5 }, undefined, { type: 'note', at: 1n }] as never[]) {
      await expect(at.session.send(odd)).rejects.toMatchObject({ error: 'sdk.bad_argument' });
    }
    await expect(at.session.send(hello, { clientMsgId: 'no blanks' })).rejects.toMatchObject({
      error: 'sdk.bad_argument',
    });
    await expect(at.session.send(hello, { dlgId: 'unheard-of' })).rejects.toMatchObject({ error: 'sdk.no_key' });
    expect(at.line.all('send')).toEqual([]);
  });

  test('the outbox has a bottom', async () => {
    const at = await adasClient();
    const sends = Array.from({ length: 501 }, () => at.session.send(hello));
    await expect(sends[500]).rejects.toMatchObject({ error: 'sdk.outbox_full', retry: 'later' });
    expect(at.heard('outbox')).toHaveLength(500);
  });
});

describe('following a conversation', () => {
  test('messages come opened, once each and in order (I9, I12)', async () => {
    const at = (await adasClient()).comeUp(4).message(5).message(6).message(6).message(5).message(7);
    expect(at.seqs()).toEqual([5, 6, 7]);
    expect(at.heard('message')[0]).toMatchObject({
      dlgId: tea,
      payload: { type: 'text', text: 'message 5' },
      fromuid: 'bo',
    });
  });

  test('a hole is filled from history before what comes after it', async () => {
    const at = (await adasClient()).comeUp(4).message(5).message(8);
    expect(at.seqs()).toEqual([5]);
    expect(at.line.last('history')).toMatchObject({ dlgId: tea, after: 5 });
    at.page([6, 7, 8], 8);
    expect(at.seqs()).toEqual([5, 6, 7, 8]);
    expect(at.line.all('history')).toHaveLength(1);
  });

  test('after a loss, what was missed comes in order, and live messages wait for it', async () => {
    const at = (await adasClient()).comeUp(4).message(5).comeBack(9);
    expect(at.line.last('history')).toMatchObject({ after: 5 });
    at.message(10).page([6, 7], 9);
    expect(at.line.last('history')).toMatchObject({ after: 7 });
    at.page([8, 9], 10);
    expect(at.seqs()).toEqual([5, 6, 7, 8, 9, 10]);
    expect(at.line.all('history')).toHaveLength(2);
  });

  test('a page that was on its way when the network dropped is asked for again', async () => {
    const at = (await adasClient()).comeUp(4).message(6).comeBack(6);
    expect(at.line.last('history')).toMatchObject({ after: 4 });
    at.page([5, 6], 6);
    expect(at.seqs()).toEqual([5, 6]);
  });

  test('a lost tail shows in the ping and is repaired (I15)', async () => {
    const at = (await adasClient()).comeUp(4);
    at.line.says({ op: 'ping', heads: [{ dlgId: tea, head: 5 }] });
    at.page([5], 5);
    expect(at.seqs()).toEqual([5]);
  });

  test('a page that brings nothing is not asked for in a circle', async () => {
    const at = (await adasClient()).comeUp(4).message(6);
    at.page([], 6);
    expect(at.line.all('history')).toHaveLength(1);
    at.clock.advance(2_000);
    expect(at.line.all('history')).toHaveLength(2);
    at.page([5, 6], 6);
    expect(at.seqs()).toEqual([5, 6]);
  });

  test('a lie about the head ends with the first page', async () => {
    const at = (await adasClient()).comeUp(4);
    at.line.says({ op: 'ping', heads: [{ dlgId: tea, head: 1_000_000 }] });
    at.page([], 4);
    at.clock.advance(20_000);
    expect(at.line.all('history')).toHaveLength(1);
  });

  test('a page that does not come is asked for again', async () => {
    const at = (await adasClient()).comeUp(4).message(6);
    at.clock.advance(10_000);
    const [first, second] = at.line.all('history');
    expect(second).toEqual(first);
    at.page([5, 6], 6);
    expect(at.seqs()).toEqual([5, 6]);
  });

  test('what cannot be opened comes without payload and is reported; the next one is fine', async () => {
    const at = (await adasClient()).comeUp(0);
    at.message(1, { dlgId: coffee });
    at.line.says({
      op: 'message',
      dlgId: tea,
      ...{ seq: 1, msgId: id('m1'), clientMsgId: id('c1'), fromuid: id('bo') },
      content: 'IM1.?',
      sentAt: 1,
    });
    at.message(2);
    expect(at.heard('message')).toMatchObject([{ seq: 1, payload: null, error: 'E_FORMAT' }, { seq: 2 }]);
    expect(at.heard('error')).toMatchObject([{ error: 'sdk.undecryptable', dlgId: tea, seq: 1 }]);
  });

  test('a message under a key that has not come yet waits for it', async () => {
    const at = (await adasClient())
      .comeUp(0)
      .message(1)
      .message(2, { under: ring(1, 2) })
      .message(3, { under: ring(1, 2) });
    expect(at.seqs()).toEqual([1]);
    expect(at.line.all('open')).toHaveLength(2);
    at.opened(3, { dlgKey: ring(1, 2) });
    expect(at.heard('message').map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
    expect(at.seqs()).toEqual([1, 2, 3]);
  });

  test('a server that cannot give the key now is asked again for as long as it takes; what is under it waits', async () => {
    const at = (await adasClient()).comeUp(0).message(1, { under: ring(1, 2) });
    for (let times = 0; times < 10; times++) {
      const { id: asked } = at.line.last('open');
      at.line.says({ op: 'refused', id: asked, error: 'storage.unavailable', msg: 'later' });
      expect(at.seqs()).toEqual([]);
      at.clock.advance(2_000);
    }
    at.opened(1, { dlgKey: ring(1, 2) });
    expect(at.heard('message')).toMatchObject([{ seq: 1, payload: { type: 'text' } }]);
  });

  test('an answer that was asked for before a message came is not the last word about its key', async () => {
    const at = (await adasClient()).comeUp(0);
    void at.session.send(hello);
    at.nack('key.stale_epoch');
    const { id: earlier } = at.line.last('open');
    at.message(1, { under: ring(1, 2, 3) });
    at.line.says({
      op: 'opened',
      id: earlier,
      dlgId: tea,
      head: 1,
      readSeq: 0,
      dlgKey: ring(1, 2),
      minSeq: 1,
      logEpoch: 'e1',
      online: [],
    });
    expect(at.seqs()).toEqual([]);
    at.opened(1, { dlgKey: ring(1, 2, 3) });
    expect(at.heard('message')).toMatchObject([{ seq: 1, payload: { type: 'text' } }]);
  });

  test('an answer about one key is not the last word about the next one, which came while it was on its way (I13)', async () => {
    const at = (await adasClient()).comeUp(0).message(1, { under: ring(1, 2) });
    at.line.says({ op: 'key', dlgId: tea, dlgKey: ring(1, 2) });
    at.message(2, { under: ring(1, 2, 3) });
    at.opened(1, { dlgKey: ring(1, 2) });
    expect(at.seqs()).toEqual([1]);
    expect(at.line.all('open')).toHaveLength(3);
    at.opened(2, { dlgKey: ring(1, 2, 3) });
    expect(at.heard('message').map(({ seq, error }) => [seq, error])).toEqual([
      [1, undefined],
      [2, undefined],
    ]);
  });

  test('while a message waits for its key, the client is not woken in circles', async () => {
    const at = (await adasClient()).comeUp(0).message(1, { under: ring(1, 2) });
    at.line.says({ op: 'ping', heads: [{ dlgId: tea, head: 5 }] });
    at.clock.advance(5_000);
    expect(at.seqs()).toEqual([]);
    at.opened(1, { dlgKey: ring(1, 2) });
    expect(at.seqs()).toEqual([1]);
    expect(at.line.last('history')).toMatchObject({ after: 1 });
  });

  test('a message under a key that nobody has is given out as it is, and asked about once', async () => {
    const at = (await adasClient())
      .comeUp(0)
      .message(1, { under: ring(9) })
      .opened(1)
      .message(2, { under: ring(9) })
      .message(3);
    expect(at.heard('message')).toMatchObject([{ error: 'E_EPOCH' }, { error: 'E_EPOCH' }, { seq: 3 }]);
    expect(at.line.all('open')).toHaveLength(2);
  });

  test('a key that never comes holds nothing up for ever', async () => {
    const at = (await adasClient()).comeUp(0).message(1, { under: ring(9) });
    for (let ping = 0; ping < 5; ping++) {
      at.clock.advance(10_000);
      at.line.says({ op: 'ping', heads: [] });
    }
    expect(at.heard('message')).toMatchObject([{ seq: 1, error: 'E_EPOCH' }]);
  });

  test('another conversation is followed from where it stands, on the same socket', async () => {
    const at = (await adasClient()).comeUp(4).message(5);
    at.session.updateConfig({ dlgId: coffee, dlgKey: ring(3) });
    expect(at.line.last('leave')).toEqual({ op: 'leave', dlgId: tea });
    at.message(6);
    at.opened(20, { dlgKey: ring(3) }).message(21, { dlgId: coffee, under: ring(3) });
    expect(at.heard('message').map(({ dlgId, seq }) => `${dlgId} ${seq}`)).toEqual(['tea 5', 'coffee 21']);
    expect(at.lines).toHaveLength(1);
    expect(at.heard('key')).toEqual([]);
  });

  test('coming back to a conversation gives nothing twice (I12), and an answer from before is not taken', async () => {
    const at = (await adasClient()).comeUp(4).message(5);
    at.session.updateConfig({ dlgId: coffee, dlgKey: ring(3) });
    const { id: stale } = at.line.last('open');
    at.session.updateConfig({ dlgId: tea });
    at.line.says({
      op: 'opened',
      id: stale,
      dlgId: coffee,
      head: 9,
      readSeq: 0,
      dlgKey: ring(3),
      minSeq: 1,
      logEpoch: 'e1',
      online: [],
    });
    at.opened(7).message(5).message(8);
    expect(at.seqs()).toEqual([5, 8]);
    expect(at.heard('opened')).toHaveLength(2);
  });

  test('an agent may connect first and choose a conversation later, even without its key', async () => {
    const at = (await adasClient({ dlgId: '', dlgKey: '' })).greet().bind().bound();
    expect(at.line.all('open')).toEqual([]);
    await expect(at.session.send(hello)).rejects.toMatchObject({ error: 'sdk.no_conversation' });
    at.session.updateConfig({ dlgId: tea });
    at.opened(2, { dlgKey: ring(1) }).message(3);
    expect(at.heard('message')).toMatchObject([{ seq: 3, payload: { text: 'message 3' } }]);
    expect(at.heard('key')).toEqual([{ dlgId: tea, dlgKey: ring(1) }]);
  });

  test('who is refused or has left hears it, and is not let in again by asking', async () => {
    const refused = (await adasClient()).greet().bind().bound();
    const { id: ask } = refused.line.last('open');
    refused.line.says({ op: 'refused', id: ask, error: 'conversation.not_member', msg: 'No.' });
    refused.clock.advance(5_000);
    expect(refused.heard('error')).toMatchObject([{ error: 'conversation.not_member', dlgId: tea, msg: 'No.' }]);
    expect(refused.line.all('open')).toHaveLength(1);

    const left = (await adasClient()).comeUp(3);
    left.line.says({ op: 'left', dlgId: tea });
    left.message(4);
    const { id: again } = left.line.last('open');
    left.line.says({ op: 'refused', id: again, error: 'conversation.not_member', msg: 'No.' });
    left.clock.advance(5_000);
    expect(left.heard('left')).toEqual([{ dlgId: tea }]);
    expect(left.heard('error')).toEqual([]);
    expect(left.seqs()).toEqual([]);
    expect(left.line.all('open')).toHaveLength(2);
  });

  test('of two questions whether she is still in, the one answered for good counts', async () => {
    const at = (await adasClient()).comeUp(3);
    at.line.says({ op: 'left', dlgId: tea });
    at.line.says({ op: 'left', dlgId: tea });
    const [, first, second] = at.line.all('open');
    at.line.says({ op: 'refused', id: first?.id ?? 0, error: 'conversation.not_member', msg: 'No.' });
    at.line.says({ op: 'refused', id: second?.id ?? 0, error: 'storage.unavailable', msg: 'Later.', retryAfterMs: 50 });
    at.clock.advance(5_000);
    expect(at.heard('left')).toEqual([{ dlgId: tea }]);
    expect(at.line.all('open')).toHaveLength(3);

    // Let in again, she follows it from where it is then.
    at.session.updateConfig({ dlgId: tea });
    at.opened(9).message(10);
    expect(at.seqs()).toEqual([10]);
  });

  test('late word of a removal does not keep out who has been let in again', async () => {
    const at = (await adasClient()).comeUp(3);
    at.line.says({ op: 'left', dlgId: tea });
    at.opened(5, { dlgKey: ring(1, 2) });
    at.page([4, 5], 5).message(6);
    expect(at.heard('left')).toEqual([]);
    expect(at.seqs()).toEqual([4, 5, 6]);
  });

  test('a removal that the server could not confirm is asked about on the next connection', async () => {
    const at = (await adasClient()).comeUp(3);
    at.line.says({ op: 'left', dlgId: tea });
    at.line.loses();
    at.clock.advance(30_000);
    at.greet().bound();
    const { id: ask } = at.line.last('open');
    at.line.says({ op: 'refused', id: ask, error: 'conversation.not_member', msg: 'No.' });
    expect(at.heard('left')).toEqual([{ dlgId: tea }]);
  });

  test('a server that cannot open it now is asked again later', async () => {
    const at = (await adasClient()).greet().bind().bound();
    const { id: ask } = at.line.last('open');
    at.line.says({ op: 'refused', id: ask, error: 'storage.unavailable', msg: 'Later.', retryAfterMs: 700 });
    at.clock.advance(700);
    expect(at.line.all('open')).toHaveLength(2);
  });

  test('and not sooner because the connection was lost meanwhile', async () => {
    const at = (await adasClient()).greet().bind().bound();
    const { id: ask } = at.line.last('open');
    at.line.says({ op: 'refused', id: ask, error: 'rate.limited', msg: 'Later.', retryAfterMs: 30_000 });
    at.line.loses();
    at.clock.advance(1_000);
    at.greet().bound();
    expect(at.line.all('open')).toEqual([]);
    at.clock.advance(29_000);
    expect(at.line.all('open')).toHaveLength(1);
  });

  test('that messages arrived is told by itself, once for many; what was read, on request and again if lost', async () => {
    const at = (await adasClient()).comeUp(4).message(5).message(6);
    at.session.markRead(6);
    at.clock.advance(300);
    expect(at.line.all('delivered')).toEqual([{ op: 'delivered', dlgId: tea, seq: 6 }]);
    expect(at.line.all('read')).toEqual([{ op: 'read', dlgId: tea, seq: 6 }]);
    at.comeBack(6);
    at.clock.advance(300);
    expect(at.line.all('read')).toEqual([{ op: 'read', dlgId: tea, seq: 6 }]);
  });

  test('receipts and heads of other conversations are passed on', async () => {
    const at = (await adasClient()).comeUp(4);
    const receipt = { dlgId: tea, userId: ada.userId, deliveredSeq: 4, readSeq: 3 };
    at.line.says({ op: 'receipt', ...receipt });
    at.line.says({ op: 'head', dlgId: coffee, head: 12 });
    expect(at.heard('receipt')).toEqual([receipt]);
    expect(at.heard('head')).toEqual([{ dlgId: coffee, head: 12 }]);
  });
});

describe('history', () => {
  test('gives opened messages, like those of onMessage', async () => {
    const at = (await adasClient()).comeUp(9);
    const reading = at.session.history({ before: 8, limit: 2 });
    expect(at.line.last('history')).toMatchObject({ before: 8, limit: 2 });
    at.page([6, 7], 9);
    const { list, hasMore, head } = await reading;
    expect(list).toMatchObject([{ dlgId: tea, seq: 6, payload: { text: 'message 6' } }, { seq: 7 }]);
    expect([hasMore, head]).toEqual([true, 9]);
    expect(at.seqs()).toEqual([]);
  });

  test('is asked for again after a loss', async () => {
    const at = (await adasClient()).comeUp(2);
    const reading = at.session.history();
    at.comeBack(2).page([1, 2], 2);
    expect((await reading).list).toHaveLength(2);
  });

  test('a refusal is a typed error, and so is no answer at all', async () => {
    const at = (await adasClient()).comeUp(2);
    const refused = at.session.history();
    const { id: ask } = at.line.last('history');
    at.line.says({ op: 'refused', id: ask, error: 'conversation.not_member', msg: 'No.' });
    await expect(refused).rejects.toMatchObject({ error: 'conversation.not_member' });

    const unanswered = at.session.history();
    at.clock.advance(29_000);
    at.line.says({ op: 'ping', heads: [] });
    at.clock.advance(1_000);
    await expect(unanswered).rejects.toMatchObject({ error: 'sdk.timeout' });
    await expect(at.session.history({ limit: 0 })).rejects.toMatchObject({
      error: 'sdk.bad_argument',
      msg: expect.stringContaining('history.limit'),
    });
  });
});
