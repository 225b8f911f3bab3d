import { expect, test } from 'vitest';

import { readOptions } from './options.ts';

const known = ['R1', 'R2', 'control-R1'];

test('without options everything is played in full, with a seed of its own', () => {
  expect(readOptions([], known)).toMatchObject({ size: 'full', only: [], times: undefined });
  expect(readOptions(['--quick', '--only', 'R1,control-R1', '--seed', '7'], known)).toMatchObject({
    size: 'quick',
    only: ['R1', 'control-R1'],
    seed: 7,
  });
});

test.for([
  [['--only', 'R3'], '--only names R3. Expected: some of R1, R2, control-R1.'],
  [['--quick', '--full'], 'expected one of them'],
  [['--seed', 'x'], '--seed is "x". Expected: a whole number'],
  [['--times', '0'], '--times is "0"'],
] as const)('%j is refused, with what was expected', ([args, says]) => {
  expect(() => readOptions([...args], known)).toThrow(says);
});
