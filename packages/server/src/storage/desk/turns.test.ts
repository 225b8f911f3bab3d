import type { Urole } from '@trialogue/protocol';
import { expect, test } from 'vitest';

import type { DeskColumns } from './columns.ts';
import { turned } from './turns.ts';

const quiet: DeskColumns = {
  status: 'open',
  assignee: null,
  calledAt: null,
  waitingUser: null,
  waitingMerchant: null,
  greeted: 0,
  formGiven: 0,
};

/** One after the other speaks, at 1, 2, 3, …: who waits since when. */
const spoken = (...who: Urole[]) =>
  who.reduce<DeskColumns>((desk, urole, at) => ({ ...desk, ...turned(desk, urole, at + 1) }), quiet);

test('each party waits since its first message after the last of customer service', () => {
  expect(spoken('user', 'user', 'merchant', 'user')).toMatchObject({ waitingUser: 1, waitingMerchant: 3 });
  expect(spoken('user', 'merchant', 'service')).toMatchObject({ waitingUser: null, waitingMerchant: null });
  expect(spoken('user', 'service', 'service', 'user', 'user')).toMatchObject({ waitingUser: 4, waitingMerchant: null });
});

test('a bot neither waits nor answers', () => {
  expect(spoken('bot')).toEqual(quiet);
  expect(spoken('user', 'bot')).toMatchObject({ waitingUser: 1 });
});

test('a shopper or a merchant opens again what was pending or closed; customer service does not', () => {
  for (const status of ['pending', 'closed'] as const) {
    expect(turned({ ...quiet, status }, 'user', 9)).toMatchObject({ status: 'open', waitingUser: 9 });
    expect(turned({ ...quiet, status, waitingMerchant: 5 }, 'merchant', 9)).toMatchObject({
      status: 'open',
      waitingMerchant: 5,
    });
    expect(turned({ ...quiet, status }, 'service', 9)).toBeUndefined();
  }
});

test('a word into what was closed begins another session; into what was pending it does not', () => {
  const had = { ...quiet, greeted: 1, formGiven: 1 };
  expect(turned({ ...had, status: 'closed' }, 'user', 9)).toMatchObject({ greeted: 0, formGiven: 0 });
  expect({ ...had, ...turned({ ...had, status: 'pending' }, 'user', 9) }).toMatchObject({ greeted: 1, formGiven: 1 });
});

test('customer service answers a call by speaking', () => {
  expect(turned({ ...quiet, calledAt: 3 }, 'service', 9)).toMatchObject({ calledAt: null });
});

test('what changes nothing writes nothing', () => {
  expect(turned(spoken('user'), 'user', 9)).toBeUndefined();
  expect(turned(quiet, 'service', 9)).toBeUndefined();
  expect(turned(quiet, 'bot', 9)).toBeUndefined();
});
