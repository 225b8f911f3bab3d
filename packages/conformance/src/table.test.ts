import { expect, test } from 'vitest';

import type { Result } from './run.ts';
import { inOrder, table } from './table.ts';

const result = (name: string, rest: Partial<Result> = {}): Result => ({
  about: [name],
  title: `about ${name}`,
  outcome: 'pass',
  did: 'looked',
  ms: 1_234,
  ...rest,
});

test('invariants come first and by number, then clauses', () => {
  const names = ['§10.1', 'I10', '§2.2', 'I2', '§2.10', '§8'];
  expect(inOrder(names.map((name) => result(name))).map(({ about: [first] }) => first)).toEqual([
    'I2',
    'I10',
    '§2.2',
    '§2.10',
    '§8',
    '§10.1',
  ]);
});

const one = [
  result('I4'),
  result('I1', { outcome: 'fail', expected: 'seq 3', seen: 'nothing' }),
  result('I8', { outcome: 'skip', did: 'needs a disk' }),
];

test('columns stand below each other; a failure is told again with its witness', () => {
  expect(table(one, { isColoured: false }).split('\n')).toEqual([
    `I1         fail  ${'about I1'.padEnd(68)}   1.2 s`,
    `I4         pass  ${'about I4'.padEnd(68)}   1.2 s`,
    'I8         skip  about I8',
    '                 needs a disk',
    '',
    'I1  about I1',
    '  expected  seq 3',
    '  seen      nothing',
    '',
    '1 passed, 1 failed, 1 skipped',
  ]);
});

test('colours are for people only', () => {
  expect(table(one, { isColoured: true })).toContain('\u001B[31mfail\u001B[0m');
});
