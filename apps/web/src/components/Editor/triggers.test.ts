import { expect, test } from 'vitest';

import { triggerAt } from './triggers.ts';

const at = (text: string, hasReplies = false) => {
  const found = triggerAt(text.replace('|', ''), text.indexOf('|'), { hasReplies });
  return found && `${found.kind} ${found.from}-${found.to} ${found.query}`;
};

test('client.md §4.2: a mention begins with @ at the start of a line or after a space', () => {
  expect(at('@|')).toBe('mention 0-1 ');
  expect(at('hi @b|')).toBe('mention 3-5 b');
  expect(at('hi\n@b|o')).toBe('mention 3-5 b');
  expect(at('请问@茶|')).toBe('mention 2-4 茶');
  expect(at('好，@|')).toBe('mention 2-3 ');
});

test('an address of mail is no mention, nor is what is written after a name', () => {
  expect(at('ada@sh|')).toBeUndefined();
  expect(at('@Bo |')).toBeUndefined();
  expect(at('@@|')).toBe('mention 1-2 ');
  expect(at(`@${'x'.repeat(33)}|`)).toBeUndefined();
});

test('client.md §4.5: `/` opens the canned replies, at the desk, and only where the text begins', () => {
  expect(at('/re|', true)).toBe('reply 0-3 re');
  expect(at('/re|')).toBeUndefined();
  expect(at('1/2|', true)).toBeUndefined();
  expect(at('/refund now|', true)).toBeUndefined();
});
