import { expect, test } from 'vitest';

import { noMarks, raise, told, untold } from './marks.ts';

test('marks that are raised within a moment are told together', () => {
  const once = raise(noMarks, 'delivered', 5, 1_000);
  const twice = raise(raise(once, 'delivered', 9, 1_200), 'read', 8, 1_250);
  expect(twice).toMatchObject({ delivered: 9, read: 8, dueAt: 1_300 });
  expect(told(twice).dueAt).toBe(Infinity);
});

test('a mark never falls (I23)', () => {
  const at9 = told(raise(noMarks, 'read', 9, 0));
  expect(raise(at9, 'read', 4, 10)).toBe(at9);
});

test('on a new socket everything is told again, apart from what the server says it knows', () => {
  const before = told(raise(raise(noMarks, 'delivered', 9, 0), 'read', 9, 0));
  expect(untold(before, 9, 500)).toMatchObject({ toldDelivered: 0, toldRead: 9, dueAt: 800 });
  expect(untold(noMarks, 4, 500).dueAt).toBe(Infinity);
});
