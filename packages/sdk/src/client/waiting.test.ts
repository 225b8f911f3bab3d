import { id, type ClientMsgId } from '@trialogue/protocol';
import { ada, bo, tea } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import { storeInMemory, type Kept, type OutboxStore } from '../outbox/store.ts';
import { adasClient, ring, settled } from './fixture.ts';

const text = (said: string) => ({ type: 'text', text: said }) as const;
const DAY_MS = 24 * 60 * 60_000;
const ADA = 'ws://im.test ada';

const names = (kept: readonly Kept[]) => kept.map(({ clientMsgId }) => clientMsgId);

/** A page that goes away in the middle, as a browser ends it: nothing more of it happens. */
async function pageThatDied(store: OutboxStore, ...said: string[]) {
  const at = (await adasClient({}, { store })).comeUp();
  for (const one of said) void at.session.send(text(one), { clientMsgId: `c-${one}` });
  await settled();
  return at;
}

describe('an outbox that survives', () => {
  test('a page that is opened again sends what the last one could not, in order, with the same bytes (I3, I4, I10)', async () => {
    const store = storeInMemory();
    const first = await pageThatDied(store, 'one', 'two');
    const { content } = first.line.last('send');

    const at = await adasClient({}, { store, date: 1_000 });
    expect(at.heard('outbox')).toMatchObject([
      { state: 'queued', clientMsgId: 'c-one', waiting: { payload: text('one'), isElsewhere: false } },
      { state: 'queued', clientMsgId: 'c-two', waiting: { payload: text('two') } },
    ]);
    void at.session.send(text('three'), { clientMsgId: 'c-three' });
    at.comeUp();
    expect(at.line.all('send')).toMatchObject([{ op: 'send', dlgId: tea, clientMsgId: 'c-one', content }]);
    at.ack(1, true);
    at.ack(2);
    at.ack(3);
    expect(at.line.all('send').map(({ clientMsgId }) => clientMsgId)).toEqual(['c-one', 'c-two', 'c-three']);
    expect(at.heard('outbox').filter(({ state }) => state === 'sent')).toHaveLength(3);
    await settled();
    expect(await store.all(ADA)).toEqual([]);
  });

  test('nothing goes out before it is known what waits since before, even if the store is slow', async () => {
    const store = storeInMemory();
    await pageThatDied(store, 'one');
    let answer = () => {};
    const slow = { ...store, all: async () => (await new Promise<void>((done) => (answer = done)), store.all(ADA)) };
    const at = (await adasClient({}, { store: slow })).comeUp();
    void at.session.send(text('two'), { clientMsgId: 'c-two' });
    expect(at.line.all('send')).toEqual([]);
    answer();
    await settled();
    expect(at.line.last('send').clientMsgId).toBe('c-one');
  });

  test('what is found after the session has ended is left to the next one', async () => {
    const store = storeInMemory();
    await pageThatDied(store, 'one');
    let answer = () => {};
    const slow = { ...store, all: async () => (await new Promise<void>((done) => (answer = done)), store.all(ADA)) };
    const at = await adasClient({}, { store: slow });
    at.session.dispose();
    answer();
    await settled();
    expect(at.heard('outbox')).toEqual([]);
    expect(names(await store.all(ADA))).toEqual(['c-one']);
  });

  test('a store that never answers holds nothing up for ever', async () => {
    const hanging = { ...storeInMemory(), all: () => new Promise<never>(() => {}) };
    const at = (await adasClient({}, { store: hanging })).comeUp();
    void at.session.send(text('one'), { clientMsgId: 'c-one' });
    at.clock.advance(3_000);
    await settled();
    expect(at.line.last('send').clientMsgId).toBe('c-one');
  });

  test('a store that throws is no exception to the page', async () => {
    const no = () => Promise.reject(new Error('no'));
    const at = (await adasClient({}, { store: { all: no, keep: no, forget: no } })).comeUp();
    const sending = at.session.send(text('one'));
    at.ack(1);
    expect(await sending).toMatchObject({ seq: 1 });
  });

  test('each message is handed to the store before it goes out for the first time', async () => {
    const store = storeInMemory();
    const order: string[] = [];
    const at = await adasClient(
      {},
      { store: { ...store, keep: async (kept) => (order.push(`keep ${kept.clientMsgId}`), store.keep(kept)) } },
    );
    at.comeUp();
    const { sent } = at.line;
    void at.session.send(text('one'), { clientMsgId: 'c-one' });
    order.push(...sent.filter(({ op }) => op === 'send').map(() => 'send c-one'));
    expect(order).toEqual(['keep c-one', 'send c-one']);
  });

  test('at rest there is ciphertext only: no word, no key, no token (I37)', async () => {
    const store = storeInMemory();
    const at = await pageThatDied(store, 'canary');
    at.session.close();
    await settled();
    const kept = JSON.stringify(await store.all(ADA));
    expect(kept).toContain('c-canary');
    for (const secret of ['"canary', 'token of Ada', ring(1)]) expect(kept).not.toContain(secret);
    expect(Object.keys((await store.all(ADA))[0] ?? {}).sort()).toEqual([
      'at',
      'by',
      'clientMsgId',
      'content',
      'dlgId',
      'error',
      'isUnsure',
      'user',
    ]);
  });

  test('another user on that browser neither sees nor sends it; the first one does, when back', async () => {
    const store = storeInMemory();
    await pageThatDied(store, 'one');
    const bos = await adasClient({ user: { fromuid: bo.userId } }, { store });
    bos.greet();
    bos.session.bindUser({ token: 'token of Bo', uid: bo.userId });
    bos.bound();
    await settled();
    expect(bos.session.outbox()).toEqual([]);
    expect(bos.heard('outbox')).toEqual([]);
    expect(bos.line.all('send')).toEqual([]);
    expect(names(await store.all(ADA))).toEqual(['c-one']);
    expect((await adasClient({}, { store })).session.outbox()).toMatchObject([{ clientMsgId: 'c-one' }]);
  });

  test('somebody else binds on the same page: what waits is not theirs, and its fate is open', async () => {
    const store = storeInMemory();
    const at = (await adasClient({}, { store })).comeUp();
    const first = at.session.send(text('one'), { clientMsgId: 'c-one' });
    at.session.bindUser({ token: 'token of Bo', uid: bo.userId });
    await expect(first).rejects.toMatchObject({ error: 'sdk.closed', outcome: 'unknown' });
    await settled();
    at.greet().bound();
    expect(at.line.all('send')).toEqual([]);
    expect(at.session.outbox()).toEqual([]);
    expect(names(await store.all(ADA))).toEqual(['c-one']);
  });

  test('what is found too late, when somebody else has bound, is not for them', async () => {
    const store = storeInMemory();
    await pageThatDied(store, 'one');
    const answers: (() => void)[] = [];
    const slow = {
      ...store,
      all: async (user: string) => (await new Promise<void>((done) => answers.push(done)), store.all(user)),
    };
    const at = (await adasClient({}, { store: slow })).greet();
    at.session.bindUser({ token: 'token of Bo', uid: bo.userId });
    for (const answer of answers) answer();
    await settled();
    at.bound();
    await settled();
    expect(at.session.outbox()).toEqual([]);
    expect(at.line.all('send')).toEqual([]);
  });

  test('what has waited for three days is given up, and nobody claims to know that it was not stored', async () => {
    const store = storeInMemory();
    await pageThatDied(store, 'one');
    const late = (await adasClient({}, { store, date: 3 * DAY_MS })).comeUp();
    expect(late.heard('outbox').at(-1)).toMatchObject({
      state: 'failed',
      error: 'sdk.outbox_expired',
      outcome: 'unknown',
    });
    expect(late.line.all('send')).toEqual([]);
    await settled();
    expect(await store.all(ADA)).toEqual([]);

    const [old] = (await pageThatDied(store, 'two'), await store.all(ADA));
    const inTime = (await adasClient({}, { store, date: (old?.at ?? 0) + 3 * DAY_MS - 1_000 })).comeUp();
    expect(inTime.line.last('send').clientMsgId).toBe('c-two');
  });

  test('an open page gives up too; what never went out is certainly not stored', async () => {
    const at = (await adasClient()).greet().bind();
    const waiting = at.session.send(text('one'));
    at.line.loses(4401);
    at.clock.advance(3 * DAY_MS - 1);
    expect(at.session.outbox()).toHaveLength(1);
    at.clock.advance(1);
    await expect(waiting).rejects.toMatchObject({ error: 'sdk.outbox_expired', outcome: 'none' });
    expect(at.session.outbox()).toEqual([]);
  });

  test('499 wait and one more may; after 500 it is said that there are too many', async () => {
    const at = await adasClient();
    for (let sent = 0; sent < 499; sent++) void at.session.send(text('so'), { clientMsgId: `c${sent}` });
    void at.session.send(text('so'), { clientMsgId: 'c499' });
    expect(at.session.outbox()).toHaveLength(500);
    await expect(at.session.send(text('too many'))).rejects.toMatchObject({
      error: 'sdk.outbox_full',
      outcome: 'none',
      retry: 'later',
    });
    expect(at.session.outbox()).toHaveLength(500);
  });

  test('what failed and was left lying makes room', async () => {
    const at = (await adasClient()).comeUp();
    void at.session.send(text('no'), { clientMsgId: 'refused' });
    at.nack('conversation.not_member');
    at.line.loses();
    for (let sent = 0; sent < 500; sent++) void at.session.send(text('so'), { clientMsgId: `c${sent}` });
    expect(at.heard('outbox')).toContainEqual({ dlgId: tea, clientMsgId: 'refused', state: 'discarded' });
    expect(at.session.outbox()).toHaveLength(500);
  });
});

describe('what failed', () => {
  async function failed(store = storeInMemory()) {
    const at = (await adasClient({}, { store })).comeUp();
    void at.session.send(text('one'), { clientMsgId: 'c-one' });
    at.session.close();
    return at;
  }
  const one = { dlgId: tea, clientMsgId: id<ClientMsgId>('c-one') };

  test('is still there on the next page, and waits to be asked for', async () => {
    const store = storeInMemory();
    await failed(store);
    const at = (await adasClient({}, { store })).comeUp();
    expect(at.session.outbox()).toMatchObject([{ ...one, state: 'failed', error: 'sdk.closed', payload: text('one') }]);
    expect(at.heard('outbox')).toMatchObject([{ ...one, state: 'failed', outcome: 'unknown' }]);
    at.clock.advance(60_000);
    expect(at.line.all('send')).toEqual([]);
  });

  test('is sent again with the same bytes, and does not hold up the others meanwhile (I7)', async () => {
    const at = await failed();
    const { content } = at.line.last('send');
    at.session.reconnect();
    at.greet().bound().opened(0);
    void at.session.send(text('two'), { clientMsgId: 'c-two' });
    at.ack(1);
    const again = at.session.retry(one);
    expect(at.line.last('send')).toMatchObject({ op: 'send', ...one, content });
    const stored = at.ack(2, true);
    expect(await again).toEqual(stored);
    expect(at.session.outbox()).toEqual([]);
  });

  test('is gone for good when nobody wants it', async () => {
    const store = storeInMemory();
    const at = await failed(store);
    at.session.discard(one);
    expect(at.heard('outbox').at(-1)).toEqual({ ...one, state: 'discarded' });
    await settled();
    expect(await store.all(ADA)).toEqual([]);
    await expect(at.session.retry(one)).rejects.toMatchObject({ error: 'sdk.bad_argument' });
  });

  test('only that: what is on its way cannot be taken back', async () => {
    const at = (await adasClient()).comeUp();
    void at.session.send(text('one'), { clientMsgId: 'c-one' });
    at.session.discard(one);
    expect(at.session.outbox()).toMatchObject([{ state: 'sending' }]);
    void at.session.retry(one);
    expect(at.line.all('send')).toHaveLength(1);
    at.ack(1);
    expect(at.session.outbox()).toEqual([]);
  });
});

test('an answer that does not come is asked for after 6 seconds, then after 12, then every 24', async () => {
  const at = (await adasClient()).comeUp();
  void at.session.send(text('one'));
  const times: number[] = [];
  for (let second = 1; second <= 90; second++) {
    at.clock.advance(1_000);
    at.line.says({ op: 'ping', heads: [] });
    if (at.line.all('send').length > times.length + 1) times.push(second);
  }
  expect(times).toEqual([6, 18, 42, 66, 90]);
});

test('a wait that the server names holds on the next connection as well', async () => {
  const at = (await adasClient()).comeUp();
  void at.session.send(text('one'));
  at.nack('rate.limited', 45_000);
  at.line.loses();
  at.clock.advance(1_000);
  at.greet().bound().opened(0);
  expect(at.line.all('send')).toEqual([]);
  at.clock.advance(39_000);
  at.line.says({ op: 'ping', heads: [] });
  expect(at.line.all('send')).toEqual([]);
  at.clock.advance(5_000);
  expect(at.line.all('send')).toHaveLength(1);
});

test('the next socket of a client takes the place of the one before it (I28)', async () => {
  const at = (await adasClient()).comeUp();
  const [old] = at.lines;
  const fences = [at.line.last('bind').fence];
  at.session.reconnect();
  old?.loses(4509, 'replaced');
  expect(at.heard('close').map(({ code }) => code)).not.toContain(4509);
  at.greet().bound().opened(0);
  fences.push(at.line.last('bind').fence);
  expect(fences).toEqual([1, 2]);
  expect(at.lines[1]?.last('bind').sid).toBe(at.lines[0]?.last('bind').sid);
  at.line.loses(4509, 'replaced');
  expect(at.heard('close').at(-1)).toEqual({ code: 4509, reason: 'replaced', willReconnect: false });
  expect(at.heard('state').at(-1)?.name).toBe('shut');
  expect(at.heard('error').at(-1)).toMatchObject({ error: 'sdk.shut', msg: expect.stringContaining('4509') });
});

test('Ada is not Ada everywhere: her user names whose outbox it is', () => {
  expect(ADA).toBe(`ws://im.test ${ada.userId}`);
});
