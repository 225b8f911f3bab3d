import { id, type ClientMsgId } from '@trialogue/protocol';
import { fakeClock, tea } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import { storeInMemory, sturdy, type Kept, type OutboxStore } from './store.ts';

const kept = (clientMsgId: string, user = 'ada'): Kept => ({
  user,
  dlgId: tea,
  clientMsgId: id<ClientMsgId>(clientMsgId),
  content: `sealed ${clientMsgId}`,
  at: 1,
  by: 'tab',
  isUnsure: false,
});
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe.for<[string, () => OutboxStore]>([
  ['in memory', storeInMemory],
  ['sturdy', () => sturdy(storeInMemory(), fakeClock(), () => {})],
])('a store %s', ([, open]) => {
  test('keeps what one user has waiting, until it is forgotten, and each message once', async () => {
    const store = open();
    void store.keep(kept('one'));
    void store.keep(kept('two'));
    void store.keep(kept('one', 'bo'));
    void store.keep({ ...kept('one'), error: 'sdk.closed' });
    void store.forget(kept('two'));
    expect(await store.all('ada')).toEqual([{ ...kept('one'), error: 'sdk.closed' }]);
    expect(await store.all('bo')).toEqual([kept('one', 'bo')]);
  });
});

describe('a store that fails', () => {
  test('goes on in memory with what this page has kept, and says so once', async () => {
    const store = storeInMemory();
    let isFull = false;
    const full = {
      ...store,
      keep: async (one: Kept) => (isFull ? Promise.reject(new Error('full')) : store.keep(one)),
    };
    const said: string[] = [];
    const at = sturdy(full, fakeClock(), (reason) => said.push(reason));
    await at.keep(kept('one'));
    isFull = true;
    await at.keep(kept('two'));
    await at.keep(kept('three'));
    await at.forget(kept('one'));
    expect((await at.all('ada')).map(({ clientMsgId }) => clientMsgId)).toEqual(['two', 'three']);
    expect(said).toEqual(['full']);
  });

  test('by not answering is not waited for', async () => {
    const clock = fakeClock();
    const said: string[] = [];
    const hanging = { ...storeInMemory(), keep: () => new Promise<never>(() => {}) };
    const at = sturdy(hanging, clock, (reason) => said.push(reason));
    void at.keep(kept('one'));
    const all = at.all('ada');
    await settled();
    clock.advance(3_000);
    expect(await all).toEqual([kept('one')]);
    expect(said).toEqual(['It does not answer.']);
  });

  test('that throws at once is one that fails', async () => {
    const no = () => {
      throw new Error('forbidden');
    };
    const said: string[] = [];
    const at = sturdy({ all: no, keep: no, forget: no }, fakeClock(), (reason) => said.push(reason));
    expect(await at.all('ada')).toEqual([]);
    expect(said).toEqual(['forbidden']);
  });
});
