import { expect, test } from 'vitest';

import { Refused, refusals } from './refusals.ts';
import { isRefusalName, retries, type RefusalName } from './retries.ts';

test('every refusal has a dotted name and a sentence for people', () => {
  for (const [name, { says }] of Object.entries(refusals)) {
    expect(name).toMatch(/^[a-z]+\.[a-z_]+$/);
    expect(says).toMatch(/^[A-Z].*[.]$/);
  }
});

test('what has to sign in again is told so by a 401, and only that and tickets are', () => {
  for (const [name, { http }] of Object.entries(refusals)) {
    if (retries[name as RefusalName] === 'afterSignIn') expect(http).toBe(401);
    expect(http === 401).toBe(/^(auth|ticket)\./.test(name));
  }
});

test('a refusal carries its name, its sentence and what exactly was wrong', () => {
  const refused = new Refused('message.too_large', 'It has 20000 bytes, at most 16384 fit.');
  expect(refused).toMatchObject({ refusal: 'message.too_large', retry: 'never' });
  expect(refused.message).toBe('The message is too large. It has 20000 bytes, at most 16384 fit.');
  expect(new Refused('rate.limited').message).toBe('Too many requests. Slow down.');
});

test('names that every object has are no refusals', () => {
  expect(isRefusalName('rate.limited')).toBe(true);
  for (const name of ['toString', '__proto__', 'constructor', '']) expect(isRefusalName(name)).toBe(false);
});
