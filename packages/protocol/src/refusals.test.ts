import { expect, test } from 'vitest';

import { Refused, isRefusalName, refusals } from './refusals.ts';
import { retryOf } from './retries.ts';

test('every refusal has a dotted name and a sentence for people', () => {
  for (const [name, { says }] of Object.entries(refusals)) {
    expect(name).toMatch(/^[a-z]+\.[a-z_]+$/);
    expect(says).toMatch(/^[A-Z].*[.]$/);
  }
});

test('what has to sign in again is told so by a 401, and only that and tickets are', () => {
  for (const [name, { http }] of Object.entries(refusals)) {
    if (retryOf(name) === 'afterSignIn') expect(http).toBe(401);
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

test('what a client may do is told by the name, also by one that came later than the client', () => {
  const names = Object.keys(refusals);
  expect(names.filter((name) => retryOf(name) === 'later')).toEqual([
    'rate.limited',
    'storage.full',
    'storage.unavailable',
    'server.draining',
    'server.internal',
  ]);
  expect(names.filter((name) => retryOf(name) === 'afterSignIn')).toEqual([
    'auth.missing',
    'auth.invalid',
    'auth.expired',
    'auth.revoked',
  ]);
  expect(names.filter((name) => retryOf(name) === 'afterRekey')).toEqual(['key.stale_epoch']);
  expect(['storage.slow', 'auth.locked', 'tea.cold', 'toString'].map(retryOf)).toEqual([
    'later',
    'afterSignIn',
    'never',
    'never',
  ]);
});
