import { expect, test } from 'vitest';

import { atEnd, follow, screenful, towardsEnd, towardsTop } from './window.ts';

test('begins with the newest rows', () => {
  expect(atEnd(10, 20)).toEqual({ from: 0, to: 10 });
  expect(atEnd(500, 20)).toEqual({ from: 480, to: 500 });
});

test('what is shown first fills the screen, with the lowest rows that there are', () => {
  expect(screenful(844) * 44).toBeGreaterThanOrEqual(844);
  expect(screenful(844)).toBeLessThan(24);
  expect(screenful(20_000)).toBe(180);
});

test('walking through 10,000 messages never holds more than 180 rows', () => {
  let stretch = atEnd(10_000, 20);
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
