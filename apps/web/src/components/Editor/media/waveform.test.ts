import { expect, test } from 'vitest';

import { BARS, HIGHEST_BAR, loudness, waveform } from './waveform.ts';

test('client.md §4.2: a voice message is 64 bars of 0 to 31, however long it is', () => {
  for (const length of [1, 10, 64, 65, 1200]) {
    const bars = waveform(Array.from({ length }, (_, at) => Math.abs(Math.sin(at + 1))));
    expect(bars).toHaveLength(BARS);
    expect(Math.min(...bars)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...bars)).toBe(HIGHEST_BAR);
  }
});

test('a loud moment is seen, however short', () => {
  const levels = Array.from({ length: 640 }, (_, at) => (at === 333 ? 0.5 : 0.05));
  const bars = waveform(levels);
  expect(bars.indexOf(HIGHEST_BAR)).toBe(33);
  expect(bars.filter((bar) => bar === HIGHEST_BAR)).toHaveLength(1);
});

test('silence stays low, and nothing is no bars', () => {
  expect(Math.max(...waveform([0.001, 0.001]))).toBeLessThan(3);
  expect(waveform([])).toEqual([]);
});

test('loudness is what an ear would say: nothing, half, all', () => {
  expect(loudness([])).toBe(0);
  expect(loudness([0, 0])).toBe(0);
  expect(loudness([0.5, -0.5])).toBe(0.5);
  expect(loudness([2, -2])).toBe(1);
});
