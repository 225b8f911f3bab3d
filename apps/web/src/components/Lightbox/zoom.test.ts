import { expect, test } from 'vitest';

import {
  bounded,
  drag,
  fitted,
  isThrownAway,
  pinched,
  swiped,
  toggled,
  whole,
  zoomed,
  type Point,
  type View,
} from './zoom.ts';

const stage = { width: 400, height: 800 };
/** Where on the screen a place of the picture is. */
const seen = ({ scale, x, y }: View, place: Point): Point => ({ x: place.x * scale + x, y: place.y * scale + y });

test('client.md §4.4: all of a picture is seen, and a small one is not blown up', () => {
  expect(fitted({ width: 1600, height: 1200 }, stage)).toEqual({ width: 400, height: 300 });
  expect(fitted({ width: 48, height: 32 }, stage)).toEqual({ width: 48, height: 32 });
});

test('client.md §4.4: what lies under two fingers stays under them when they spread and move', () => {
  const before = [
    { x: -20, y: 10 },
    { x: 60, y: 50 },
  ] as const;
  const after = [
    { x: -80, y: 0 },
    { x: 80, y: 80 },
  ] as const;
  const view = pinched(whole, before, after);
  expect(view.scale).toBeCloseTo(2);
  for (const at of [0, 1] as const) {
    const { x, y } = seen(view, before[at]);
    expect([x, y]).toEqual([expect.closeTo(after[at].x), expect.closeTo(after[at].y)]);
  }
});

test('a double tap looks closer at that very place, another one shows the whole', () => {
  const close = toggled(whole, { x: 100, y: -50 });
  expect(close.scale).toBeGreaterThan(2);
  expect(seen(close, { x: 100, y: -50 })).toEqual({ x: expect.closeTo(100), y: expect.closeTo(-50) });
  expect(toggled(close, { x: 0, y: 0 })).toEqual(whole);
});

test('it is never smaller than whole nor larger than makes sense', () => {
  expect(zoomed(whole, 0.1, { x: 9, y: 9 })).toEqual(whole);
  expect(zoomed(whole, 1000, { x: 0, y: 0 }).scale).toBe(6);
});

test('no edge comes further in than the screen, and what fits lies in the middle', () => {
  const shown = { width: 400, height: 300 };
  expect(bounded({ scale: 2, x: 999, y: -999 }, shown, stage)).toEqual({ scale: 2, x: 200, y: expect.closeTo(0) });
  expect(bounded({ scale: 1, x: 30, y: 30 }, shown, stage)).toEqual(whole);
});

test('a finger that goes down closes, one that goes sideways turns over, a short one means neither', () => {
  expect(drag({ x: 3, y: 3 })).toBe('nothing');
  expect(drag({ x: 5, y: 30 })).toBe('close');
  expect(drag({ x: -30, y: 5 })).toBe('swipe');
  expect(drag({ x: 0, y: -30 })).toBe('nothing');
  expect([swiped(-150, 900, 400), swiped(40, 60, 400), swiped(60, 900, 400)]).toEqual([1, -1, 0]);
  expect([isThrownAway(130, 2000), isThrownAway(60, 50), isThrownAway(60, 2000)]).toEqual([true, true, false]);
});
