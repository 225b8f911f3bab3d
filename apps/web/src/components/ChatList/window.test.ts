import { expect, test } from 'vitest';

import { atEnd, follow, towardsEnd, towardsTop } from './window.ts';

test('begins with the newest rows', () => {
  expect(atEnd(10)).toEqual({ from: 0, to: 10 });
  expect(atEnd(500)).toEqual({ from: 440, to: 500 });
});

test('walking through 10,000 messages never holds more than 180 rows', () => {
  let stretch = atEnd(10_000);
  let most = 0;
  while (stretch.from > 0) {
    stretch = towardsTop(stretch);
    most = Math.max(most, stretch.to - stretch.from);
  }
  while (stretch.to < 10_000) {
    stretch = towardsEnd(stretch, 10_000);
    most = Math.max(most, stretch.to - stretch.from);
  }
  expect(most).toBeLessThanOrEqual(180);
  expect(stretch.to).toBe(10_000);
});

test('an older page moves the stretch along with its rows', () => {
  expect(follow({ from: 0, to: 30 }, 50, { atTop: 50, atEnd: 0 })).toEqual({ from: 50, to: 80 });
});

test('a new message joins the stretch only where the end is in sight', () => {
  expect(follow({ from: 0, to: 50 }, 50, { atTop: 0, atEnd: 1 })).toEqual({ from: 0, to: 51 });
  expect(follow({ from: 0, to: 30 }, 50, { atTop: 0, atEnd: 1 })).toEqual({ from: 0, to: 30 });
});
