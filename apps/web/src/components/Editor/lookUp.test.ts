import { bo, cy } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import { isCalled } from './lookUp.ts';

test.for([
  [bo.name, 'bo'],
  [bo.name, '茶'],
  [bo.name, 'qhcp'],
  [bo.name, 'bqh'],
  [cy.name, 'kf'],
  ['刘德华', 'ldh'],
  ['Grace Hopper', 'gh'],
  [bo.name, ''],
] as const)('client.md §4.2: %s is found by “%s”: by name, initials, first letters of pinyin', ([name, query]) =>
  expect(isCalled(name, query)).toBe(true),
);

test('and not by what is not in the name', () => {
  expect(isCalled(bo.name, 'xyz')).toBe(false);
  expect(isCalled('Grace Hopper', 'hg')).toBe(false);
});
