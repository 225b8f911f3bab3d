import { id, type ClientMsgId } from '@trialogue/protocol';
import { ada, tea } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import { storeInMemory } from '../outbox/store.ts';
import type { Tabs } from '../outbox/tabs.ts';
import { adasClient, settled } from './fixture.ts';

const hello = { type: 'text', text: 'hello?' } as const;
const one = { dlgId: tea, clientMsgId: id<ClientMsgId>('c-one') };

/** One browser: what it keeps, and its tabs, which can be closed without a word. */
function browser() {
  const store = storeInMemory();
  const alive = new Map<string, Set<(news: unknown) => void>>();
  let tabs = 0;
  let isLocked = Promise.resolve();
  const underWay: (() => void)[] = [];
  let isSlow = false;
  const deliver = () => {
    for (let next = underWay.shift(); next; next = underWay.shift()) next();
  };
  return {
    store,
    /** What they say to each other crosses on the way, until the end of this. */
    meanwhile(work: () => void) {
      isSlow = true;
      work();
      isSlow = false;
      deliver();
    },
    async open() {
      const name = `tab${++tabs}`;
      const ears = new Set<(news: unknown) => void>();
      alive.set(name, ears);
      const tab: Tabs = {
        id: name,
        alone(_, work) {
          const done = isLocked.then(() => work((other) => alive.has(other)));
          isLocked = done.then(() => {});
          return done;
        },
        join: (_, hear) => {
          ears.add(hear);
          return {
            say(news) {
              if (!alive.has(name)) return;
              for (const [other, each] of alive) {
                if (other !== name) for (const ear of each) underWay.push(() => ear(structuredClone(news)));
              }
              if (!isSlow) deliver();
            },
            leave: () => void ears.delete(hear),
          };
        },
      };
      return Object.assign(await adasClient({}, { store, tabs: tab }), { dies: () => void alive.delete(name) });
    },
  };
}

test('a second tab shows the same state, and sends nothing of it', async () => {
  const { open } = browser();
  const first = (await open()).comeUp();
  const second = (await open()).comeUp();
  void first.session.send(hello, { clientMsgId: 'c-one' });
  expect(second.session.outbox()).toMatchObject([{ ...one, state: 'sending', payload: hello, isElsewhere: true }]);
  first.ack(1);
  expect(second.heard('outbox')).toMatchObject([
    { ...one, state: 'queued', waiting: { payload: hello, isElsewhere: true } },
    { ...one, state: 'sending' },
    { ...one, state: 'sent', seq: 1 },
  ]);
  expect(second.session.outbox()).toEqual([]);
  expect(second.line.all('send')).toEqual([]);
});

test('a tab that is opened while another one sends leaves that to it', async () => {
  const { open } = browser();
  const first = (await open()).comeUp();
  void first.session.send(hello, { clientMsgId: 'c-one' });
  const second = (await open()).comeUp();
  expect(second.session.outbox()).toMatchObject([{ ...one, isElsewhere: true }]);
  second.clock.advance(30_000);
  expect(second.line.all('send')).toEqual([]);
});

test('what a closed tab left behind is taken over by one other tab, with the same bytes', async () => {
  const { open, store } = browser();
  const first = await open();
  first.comeUp();
  void first.session.send(hello, { clientMsgId: 'c-one' });
  const { content } = first.line.last('send');
  const others = [(await open()).comeUp(), (await open()).comeUp()];
  first.dies();
  for (const other of others) {
    other.line.loses();
    other.clock.advance(1_000);
    other.greet().bound().opened(0);
  }
  await settled();
  const sent = others.flatMap((other) => other.line.all('send'));
  expect(sent).toMatchObject([{ op: 'send', ...one, content }]);
  expect(others.flatMap((other) => other.session.outbox()).filter(({ isElsewhere }) => !isElsewhere)).toHaveLength(1);
  others.find((other) => other.line.all('send').length > 0)?.ack(1, true);
  await settled();
  expect(others.flatMap((other) => other.session.outbox())).toEqual([]);
  expect(await store.all(`ws://im.test ${ada.userId}`)).toEqual([]);
});

test('a tab that stays connected takes over too, at the next sign of life of the server', async () => {
  const { open } = browser();
  const first = await open();
  first.comeUp();
  const second = (await open()).comeUp();
  void first.session.send(hello, { clientMsgId: 'c-one' });
  second.line.says({ op: 'ping', heads: [] });
  await settled();
  expect(second.line.all('send')).toEqual([]);
  first.dies();
  second.line.says({ op: 'ping', heads: [] });
  await settled();
  expect(second.line.all('send')).toEqual(first.line.all('send'));
});

test('a failed message is sent again, or thrown away, from any tab', async () => {
  const { open } = browser();
  const first = (await open()).comeUp();
  const second = (await open()).comeUp();
  for (const clientMsgId of ['c-one', 'c-two']) {
    void first.session.send(hello, { clientMsgId });
    first.nack('conversation.not_member');
  }
  expect(second.session.outbox()).toMatchObject([{ state: 'failed', error: 'conversation.not_member' }, {}]);
  const { content } = first.line.all('send')[0] ?? {};
  void second.session.retry(one);
  expect(second.line.all('send')).toMatchObject([{ op: 'send', ...one, content }]);
  second.session.discard({ ...one, clientMsgId: id<ClientMsgId>('c-two') });
  expect(first.session.outbox()).toMatchObject([{ ...one, state: 'sending', isElsewhere: true }]);
  second.ack(1);
  expect(first.session.outbox()).toEqual([]);
  expect(first.heard('outbox').at(-1)).toMatchObject({ ...one, state: 'sent' });
});

test('who sends a message again is not stopped by a tab that has thrown it away at the same moment', async () => {
  const { open, meanwhile } = browser();
  const first = (await open()).comeUp();
  const second = (await open()).comeUp();
  void first.session.send(hello, { clientMsgId: 'c-one' });
  first.nack('conversation.not_member');
  meanwhile(() => {
    void first.session.retry(one);
    second.session.discard(one);
  });
  expect(first.session.outbox()).toMatchObject([{ ...one, state: 'sending', isElsewhere: false }]);
  expect(second.session.outbox()).toMatchObject([{ ...one, isElsewhere: true }]);
  first.ack(1);
  expect(first.heard('outbox').at(-1)).toMatchObject({ state: 'sent' });
});

test('what was read in one tab is read in the other, which need not say it again (I23)', async () => {
  const { open } = browser();
  const first = (await open()).comeUp(5);
  const second = (await open()).comeUp(5);
  first.session.markRead(5);
  first.session.markRead(3);
  expect(second.heard('receipt')).toEqual([{ dlgId: tea, userId: ada.userId, deliveredSeq: 0, readSeq: 5 }]);
  second.session.markRead(5);
  second.message(6);
  second.clock.advance(1_000);
  expect(second.line.all('delivered')).toHaveLength(1);
  expect(second.line.all('read')).toEqual([]);
  first.clock.advance(1_000);
  expect(first.line.all('read')).toHaveLength(1);
});

test.for(Array.from({ length: 13 }, (_, at) => at + 1))(
  'what is thrown away while a closed tab is taken over does not come back, %i steps in',
  async (steps) => {
    const { open, store } = browser();
    const first = await open();
    first.comeUp();
    const second = (await open()).comeUp();
    for (const clientMsgId of ['c-one', 'c-two']) {
      void first.session.send(hello, { clientMsgId });
      first.nack('message.too_large');
    }
    void first.session.send(hello, { clientMsgId: 'c-three' });
    first.dies();
    second.line.says({ op: 'ping', heads: [] });
    for (let step = 0; step < steps; step += 1) await Promise.resolve();
    second.session.discard({ ...one, clientMsgId: id<ClientMsgId>('c-two') });
    await settled();
    const kept = await store.all(`ws://im.test ${ada.userId}`);
    for (const all of [kept, second.session.outbox()])
      expect(all.map(({ clientMsgId }) => clientMsgId)).toEqual(['c-one', 'c-three']);
  },
);
