import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { givenBack, leftIn, taken, waitMs, type FullAt, type Rate } from './bucket.ts';

const rate: Rate = { burst: 15, perSecond: 5 };

test('holds its burst, and then one more with every fifth of a second', () => {
  let fullAt: FullAt = 0;
  for (let times = 0; times < 15; times++) {
    expect(waitMs(fullAt, rate, 1_000, 1)).toBe(0);
    fullAt = taken(fullAt, rate, 1_000, 1);
  }
  expect(waitMs(fullAt, rate, 1_000, 1)).toBe(200);
  expect(waitMs(fullAt, rate, 1_199, 1)).toBe(1);
  expect(waitMs(fullAt, rate, 1_200, 1)).toBe(0);
  expect(leftIn(fullAt, rate, 60_000)).toBe(15);
});

test('may be overdrawn by whoever does not ask before', () => {
  let fullAt: FullAt = 0;
  for (let times = 0; times < 20; times++) fullAt = taken(fullAt, rate, 0, 1);
  expect(leftIn(fullAt, rate, 0)).toBe(-5);
  expect(waitMs(fullAt, rate, 0, 1)).toBe(1_200);
});

test('a clock that is said to go back fills nothing', () => {
  const fullAt = taken(0, rate, 10_000, 15);
  expect(leftIn(fullAt, rate, 5_000)).toBeLessThanOrEqual(0);
});

describe('in any time T it gives out at most burst + perSecond · T, whoever asks when (P8)', () => {
  /** Now and then somebody asks for something, and now and then gives it back. */
  const asks = fc.array(
    fc.record({
      afterMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(3_000)),
      cost: fc.integer({ min: 1, max: 4 }),
      returnsAfter: fc.option(fc.nat(12)),
    }),
    { maxLength: 100 },
  );
  const rates = fc.record({
    burst: fc.integer({ min: 4, max: 12 }),
    perSecond: fc.double({ min: 0.01, max: 50, noNaN: true }),
  });

  test('and what it says of waiting is true to the millisecond', () => {
    fc.assert(
      fc.property(rates, asks, fc.double({ min: 0, max: 1e9, noNaN: true }), (rate, asked, startsAt) => {
        let now = startsAt;
        let fullAt: FullAt = 0;
        const given: { at: number; cost: number; returnsAt: number }[] = [];
        for (const [nth, { afterMs, cost, returnsAfter }] of asked.entries()) {
          now += afterMs;
          for (const gift of given.filter(({ returnsAt }) => returnsAt === nth)) {
            fullAt = givenBack(fullAt, rate, now, { cost: gift.cost, takenAt: gift.at });
          }
          const wait = waitMs(fullAt, rate, now, cost);
          if (wait > 0) {
            expect(waitMs(fullAt, rate, now + wait, cost)).toBe(0);
            expect(waitMs(fullAt, rate, now + wait - 1.1, cost)).toBeGreaterThan(0);
            continue;
          }
          fullAt = taken(fullAt, rate, now, cost);
          given.push({ at: now, cost, returnsAt: returnsAfter === null ? Infinity : nth + 1 + returnsAfter });
        }
        const kept = given.filter(({ returnsAt }) => returnsAt >= asked.length);
        for (const [first, { at: from }] of kept.entries()) {
          let sum = 0;
          for (const { at, cost } of kept.slice(first)) {
            sum += cost;
            expect(sum).toBeLessThanOrEqual(rate.burst + (rate.perSecond * (at - from)) / 1000 + 1e-3);
          }
        }
      }),
    );
  });
});
