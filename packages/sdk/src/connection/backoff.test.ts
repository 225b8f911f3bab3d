import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { fullJitter } from './backoff.ts';

describe('full jitter (P7)', () => {
  const chance = () => fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  test('stays between nothing and a bound that doubles from 0.5 s to 30 s', () => {
    fc.assert(
      fc.property(chance(), fc.nat(2000), (random, attempt) => {
        const delayMs = fullJitter(() => random).delayMs(attempt);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(Math.min(30_000, 500 * 2 ** attempt));
      }),
    );
  });

  test('spreads a crowd evenly: no tenth of the time gets much more than a tenth of it', () => {
    let seed = 7;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const { delayMs } = fullJitter(random);
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let client = 0; client < 10_000; client++) {
      const tenth = Math.min(9, Math.floor(delayMs(10) / 3_000));
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const crowd of tenths) expect(crowd).toBeGreaterThan(850);
    expect(Math.max(...tenths)).toBeLessThan(1_150);
  });

  test('a thousand clients that lose their server together come back one by one: no second sees a fifth of them', () => {
    let seed = 11;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const { delayMs } = fullJitter(random);
    const dials = new Map<number, number>();
    const DOWN_MS = 60_000;
    for (let client = 0; client < 1_000; client++) {
      let now = 0;
      for (let attempt = 0; now < DOWN_MS; attempt++) now += delayMs(attempt);
      const second = Math.floor(now / 1_000);
      dials.set(second, (dials.get(second) ?? 0) + 1);
    }
    expect(Math.max(...dials.values())).toBeLessThan(200);
    expect(Math.max(...dials.keys())).toBeLessThanOrEqual(DOWN_MS / 1_000 + 30);
  });

  test('after a wake-up it is 300 ms at the most', () => {
    fc.assert(fc.property(chance(), (random) => fullJitter(() => random).wakeMs() <= 300));
  });
});
