import { describe, expect, test } from 'vitest';

import { Pairs } from './pairs.ts';

describe('a map under two names', () => {
  test('keeps one value for each pair, and the newest', () => {
    const pairs = new Pairs<string, string, number>();
    pairs.set('tea', 'ada', 1);
    pairs.set('tea', 'bo', 2);
    pairs.set('ink', 'ada', 3);
    pairs.set('tea', 'ada', 4);
    expect([...pairs.values()]).toEqual([4, 2, 3]);
    expect(pairs.get('tea', 'ada')).toBe(4);
    expect(pairs.get('ink', 'bo')).toBeUndefined();
    expect(pairs.has('ink', 'ada')).toBe(true);
    expect(pairs.has('silk', 'ada')).toBe(false);
  });

  test('forgets one pair and no other', () => {
    const pairs = new Pairs<string, string, number>();
    pairs.set('tea', 'ada', 1);
    pairs.set('ink', 'ada', 2);
    expect(pairs.delete('tea', 'bo')).toBe(false);
    expect(pairs.delete('tea', 'ada')).toBe(true);
    expect(pairs.delete('tea', 'ada')).toBe(false);
    expect([...pairs.values()]).toEqual([2]);
  });
});
