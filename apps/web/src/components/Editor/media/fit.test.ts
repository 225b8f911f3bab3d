import { expect, test } from 'vitest';

import { fit, LONGEST_SIDE_PX } from './fit.ts';

test('client.md §4.2: a picture goes with 1600 px on its longer side, its proportions kept', () => {
  expect(fit({ width: 4000, height: 3000 }, LONGEST_SIDE_PX)).toEqual({ width: 1600, height: 1200 });
  expect(fit({ width: 3000, height: 4000 }, LONGEST_SIDE_PX)).toEqual({ width: 1200, height: 1600 });
});

test('a smaller one is not blown up, and a very long one keeps a pixel', () => {
  expect(fit({ width: 48, height: 32 }, LONGEST_SIDE_PX)).toEqual({ width: 48, height: 32 });
  expect(fit({ width: 20_000, height: 3 }, LONGEST_SIDE_PX)).toEqual({ width: 1600, height: 1 });
});

test('an original stays as it is, unless no browser could draw it', () => {
  expect(fit({ width: 4000, height: 3000 })).toEqual({ width: 4000, height: 3000 });
  const { width, height } = fit({ width: 8160, height: 6144 });
  expect(width * height).toBeLessThan(16_100_000);
  expect(width / height).toBeCloseTo(8160 / 6144, 2);
});
