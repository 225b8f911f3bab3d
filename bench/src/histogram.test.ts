import { describe, expect, it } from 'vitest';

import { count, emptyHistogram, merged, percentile } from './histogram.ts';

const of = (...all: number[]) => {
  const histogram = emptyHistogram();
  for (const ms of all) count(histogram, ms);
  return histogram;
};

describe('the histogram', () => {
  it('keeps every value to within 3 %', () => {
    for (const ms of [0.001, 0.05, 1, 17.3, 250, 9_000, 60_000]) {
      const found = percentile(of(ms), 0.5) ?? 0;
      expect(Math.abs(found / ms - 1), `${ms} ms came back as ${found}`).toBeLessThan(0.03);
    }
  });

  it('finds the value that so many are not above', () => {
    const hundred = of(...Array.from({ length: 100 }, (_, at) => at + 1));
    expect(percentile(hundred, 0.5)).toBeCloseTo(50, -1);
    expect(percentile(hundred, 0.99)! / 99).toBeCloseTo(1, 1);
    expect(percentile(hundred, 1)! / 100).toBeCloseTo(1, 1);
  });

  it('does not lose the one that was late', () => {
    expect(percentile(of(...new Array<number>(98).fill(1), 500, 500), 0.99)).toBeGreaterThan(480);
  });

  it('knows nothing of what was never counted', () => {
    expect(percentile(emptyHistogram(), 0.99)).toBeUndefined();
  });

  it('is the same whether one process counted or two', () => {
    expect(merged([of(1, 2, 3), of(40, 50)])).toEqual(of(1, 2, 3, 40, 50));
  });
});
