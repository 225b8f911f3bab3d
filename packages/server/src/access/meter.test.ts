import { expect, test } from 'vitest';

import { createMeter, type Meter } from './meter.ts';

const clock = { ms: 0 };
const now = () => clock.ms;
/** For how long the asker is to wait; 0: it was taken. */
function wait(meter: Meter, name: string, cost?: number): number {
  try {
    meter.take(name, cost);
    return 0;
  } catch (error) {
    expect(error).toMatchObject({ refusal: 'rate.limited' });
    return (error as { retryAfterMs: number }).retryAfterMs;
  }
}

test('each name has its own buckets, and all of a name’s must hold what is asked for', () => {
  const meter = createMeter(
    [
      { burst: 3, perSecond: 5 },
      { burst: 5, perSecond: 5 / 60 },
    ],
    '',
    now,
  );
  expect([1, 2, 3, 4].map(() => wait(meter, 'ada'))).toEqual([0, 0, 0, 200]);
  expect(wait(meter, 'bo')).toBe(0);
  clock.ms += 400;
  expect([1, 2].map(() => wait(meter, 'ada'))).toEqual([0, 0]);
  clock.ms += 1_000;
  // The second holds her back now, and what was refused has cost the first nothing.
  expect(wait(meter, 'ada')).toBeGreaterThan(10_000);
});

test('what is given back is there again, but not twice over when it has refilled meanwhile', () => {
  const meter = createMeter([{ burst: 2, perSecond: 1 }], '', now);
  meter.take('ada')();
  const giveBack = meter.take('ada');
  meter.take('ada');
  expect(wait(meter, 'ada')).toBe(1_000);
  clock.ms += 500;
  giveBack();
  expect(wait(meter, 'ada')).toBe(0);
  expect(wait(meter, 'ada')).toBe(1_000);
});

test('whoever has been still for long enough is forgotten, so that memory has a bound', () => {
  const meter = createMeter([{ burst: 1, perSecond: 1 }], '', now);
  for (let at = 0; at < 50_000; at++) {
    clock.ms += 1;
    meter.take(`address ${at}`);
    if (at % 500 === 0) expect(meter.size).toBeLessThanOrEqual(2_001);
  }
});

test('of a flood from ever more names the oldest are forgotten', () => {
  const meter = createMeter([{ burst: 1, perSecond: 1 }], '', () => 0);
  for (let at = 0; at < 100_001; at++) meter.take(`address ${at}`);
  expect(meter.size).toBe(100_000);
  expect(wait(meter, 'address 0')).toBe(0);
  expect(wait(meter, 'address 100000')).toBe(1_000);
});
