import { expect, test } from 'vitest';

import { asking, catchUpDueAt, nextPage, paused, rested } from './catchUp.ts';
import { followFrom, heardOf } from './timeline.ts';

const behind = heardOf(followFrom(7), 9);

test('whoever is behind asks for the page after what was seen, one page at a time', () => {
  expect(nextPage(behind, rested, 0)).toEqual({ after: 7, limit: 200 });
  expect(nextPage(behind, asking, 0)).toBeUndefined();
  expect(catchUpDueAt(behind, asking)).toBe(Infinity);
});

test('whoever misses nothing asks for nothing', () => {
  expect(nextPage(followFrom(7), rested, 0)).toBeUndefined();
  expect(catchUpDueAt(followFrom(7), rested)).toBe(Infinity);
});

test('an answer that brought nothing is followed by a pause', () => {
  expect(nextPage(behind, paused(100), 2_099)).toBeUndefined();
  expect(catchUpDueAt(behind, paused(100))).toBe(2_100);
  expect(nextPage(behind, paused(100), 2_100)).toEqual({ after: 7, limit: 200 });
});
