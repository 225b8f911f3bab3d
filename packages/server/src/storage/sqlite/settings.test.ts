import { expect, test } from 'vitest';

import { assertSettings, settings } from './settings.ts';

const asWanted = new Map<string, unknown>(settings(false));

test('a file whose settings are as they must be is taken', () => {
  expect(() => assertSettings('chat.db', (name) => asWanted.get(name))).not.toThrow();
});

test.for([
  ['synchronous', 1],
  ['journal_mode', 'delete'],
  ['foreign_keys', 0],
  ['busy_timeout', 0],
] as const)('with %s at %s the server does not start, and says why (I33)', ([name, value]) => {
  const read = (asked: string) => (asked === name ? value : asWanted.get(asked));
  expect(() => assertSettings('chat.db', read)).toThrow(
    new RegExp(`PRAGMA ${name} is ${value} and must be ${String(asWanted.get(name))}`),
  );
});
