import { expect, test } from 'vitest';

import { boxOf } from './box.ts';

test('client.md §3.3: the room of a picture is known before it comes', () => {
  expect(boxOf(1600, 1200)).toEqual({ width: 240, height: 180 });
  expect(boxOf(1200, 1600)).toEqual({ width: 240, height: 320 });
  expect(boxOf(undefined, undefined)).toEqual({ width: 240, height: 180 });
});

test('a strip keeps room for a finger, and a small picture is not blown up', () => {
  expect(boxOf(2000, 10)).toEqual({ width: 240, height: 64 });
  expect(boxOf(10, 2000)).toEqual({ width: 64, height: 320 });
  expect(boxOf(100, 80)).toEqual({ width: 100, height: 80 });
});
