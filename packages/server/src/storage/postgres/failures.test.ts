import type { Refused } from '@trialogue/protocol';
import { expect, test } from 'vitest';

import { inWords } from './failures.ts';

const said = (code: string) => Object.assign(new Error('what the database said'), { code, severity: 'ERROR' });

test('a database without space, or without time, refuses what may be tried again; nothing of it is stored (I2, I31)', () => {
  const names = ['53100', '53300', '55P03', '57014', '58030', 'ECONNREFUSED'].map(
    (code) => inWords(said(code)) as Refused,
  );
  expect(names.map(({ refusal }) => refusal)).toEqual([
    'storage.full',
    ...Array.from({ length: 5 }, () => 'storage.unavailable'),
  ]);
  expect(names.map(({ retry }) => retry)).toEqual(names.map(() => 'later'));
});

test('what is not about the database stays what it is', () => {
  const bug = new TypeError('of ours');
  expect(inWords(bug)).toBe(bug);
});
