import { id, limits, type DlgId, type Limits, type SessionId, type UserId } from '@trialogue/protocol';
import { ada, bo, shop, tea } from '@trialogue/testkit';
import { beforeEach, describe, expect, test } from 'vitest';

import { createRates, type Rates } from './rates.ts';

const clock = { ms: 0 };
let rates: Rates;
const start = (changed: Partial<Limits> = {}) => (rates = createRates({ ...limits, ...changed }, () => clock.ms));
beforeEach(() => start());

const session = id<SessionId>('s');
const actor = (userId: UserId) => ({ appId: shop, userId, sessionId: session });
/** How many of `tries` pass, all at once. */
function passing(tries: number, what: () => unknown): number {
  let passed = 0;
  for (let at = 0; at < tries; at++) {
    try {
      what();
      passed++;
    } catch (error) {
      expect(error).toMatchObject({ refusal: 'rate.limited', retry: 'later', retryAfterMs: expect.any(Number) });
      expect((error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(0);
    }
  }
  return passed;
}
const waitOf = (what: () => unknown): number => {
  try {
    what();
    return 0;
  } catch (error) {
    return (error as { retryAfterMs: number }).retryAfterMs;
  }
};

describe('each rate lets N − 1 and N pass at once, and not N + 1; the next one after its time:', () => {
  const send = () => rates.send(actor(ada.userId), tea);
  test.each<[name: string, most: number, changed: Partial<Limits>, what: () => unknown, nextMs: number]>([
    ['sends of a user', 15, {}, send, 200],
    ['sends of a user in a minute', 12, { sendsPerUserPerMinute: 12 }, send, 5_000],
    ['sends into a conversation', 7, { sendsPerGroupPerSecond: 7 }, send, 143],
    ['requests with a token', 40, {}, () => rates.call(session), 50],
    ['requests of strangers', 100, {}, () => rates.stranger('1.2.3.4'), 10],
    ['wrong tickets in a minute', 10, {}, () => rates.exchange('1.2.3.4'), 6_000],
    ['wrong tickets in an hour', 100, { exchangesPerAddressPerMinute: 1_000 }, () => rates.exchange('1.2.3.4'), 36_000],
    ['files', 120, {}, () => rates.upload(actor(ada.userId)), 30_000],
    [
      'bytes of pieces',
      16,
      { uploadBytesPerUserPerHour: 1_600 },
      () => rates.uploaded(actor(ada.userId), 100),
      225_000,
    ],
    ['bytes of files', 16, { uploadBytesPerUserPerHour: 1_600 }, () => rates.upload(actor(ada.userId))(100), 225_000],
  ])('%s', (_, most, changed, what, nextMs) => {
    for (const tries of [most - 1, most, most + 1]) {
      start(changed);
      expect(passing(tries, what)).toBe(Math.min(tries, most));
    }
    expect(waitOf(what)).toBe(nextMs);
    clock.ms += nextMs;
    expect(passing(2, what)).toBe(1);
  });
});

test('a user sends five a second, and sixty a minute in the long run', () => {
  let sent = 0;
  for (const end = clock.ms + 10 * 60_000; clock.ms < end; clock.ms += 50) {
    sent += passing(1, () => rates.send(actor(ada.userId), tea));
  }
  expect(sent).toBeLessThanOrEqual(60 + 10 * 60);
  expect(sent).toBeGreaterThanOrEqual(10 * 60);
});

test('one user’s haste is not another’s, but a conversation has a rate of its own', () => {
  expect(passing(20, () => rates.send(actor(ada.userId), tea))).toBe(15);
  expect(passing(20, () => rates.send(actor(bo.userId), tea))).toBe(15);
  const others = (n: number) => actor(id<UserId>(`other-${n}`));
  let nth = 0;
  expect(passing(20, () => rates.send(others(nth++), tea))).toBe(10);
  expect(passing(5, () => rates.send(others(nth++), id<DlgId>('cake')))).toBe(5);
});

test('who is refused for the conversation has not spent a message of their own', () => {
  start({ sendsPerGroupPerSecond: 1 });
  rates.send(actor(bo.userId), tea);
  expect(passing(100, () => rates.send(actor(ada.userId), tea))).toBe(0);
  expect(passing(20, () => rates.send(actor(ada.userId), id<DlgId>(`dlg ${Math.random()}`)))).toBe(15);
});

test('what was not stored is given back to the conversation, not to the user', () => {
  start({ sendsPerGroupPerSecond: 5 });
  expect(passing(20, () => rates.send(actor(ada.userId), tea)())).toBe(15);
  expect(passing(20, () => rates.send(actor(bo.userId), tea))).toBe(5);
});

test('an exchange that went well is not counted', () => {
  expect(passing(1_000, () => rates.exchange('1.2.3.4')())).toBe(1_000);
  expect(passing(20, () => rates.exchange('1.2.3.4'))).toBe(10);
  expect(passing(20, () => rates.exchange('2.2.2.2'))).toBe(10);
});
