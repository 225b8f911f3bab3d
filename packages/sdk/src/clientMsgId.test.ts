import { expect, test } from 'vitest';

import { newClientMsgId } from './clientMsgId.ts';

test('an id is a UUID of version 7, and later ones sort after earlier ones', () => {
  const early = newClientMsgId(1_700_000_000_000);
  expect(early).toMatch(/^018bcfe5-6800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(newClientMsgId(1_700_000_000_001) > early).toBe(true);
  expect(new Set(Array.from({ length: 1_000 }, () => newClientMsgId(1))).size).toBe(1_000);
});
