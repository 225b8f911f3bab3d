import { expect, test, vi } from 'vitest';

import { answerTo, askAhead } from './ahead.ts';

test('who asks first gets the answer that was asked for ahead, and who asks again a new one', async () => {
  askAhead('messages of tea', Promise.resolve('early'));
  expect(await answerTo('messages of salt', () => Promise.resolve('another'))).toBe('another');
  expect(await answerTo('messages of tea', () => Promise.resolve('anew'))).toBe('early');
  expect(await answerTo('messages of tea', () => Promise.resolve('anew'))).toBe('anew');
});

test('an early refusal is told to who asks, and the next try is a new one', async () => {
  askAhead('messages of tea', Promise.reject(new Error('no')));
  await expect(answerTo('messages of tea', () => Promise.resolve('anew'))).rejects.toThrow('no');
  expect(await answerTo('messages of tea', () => Promise.resolve('anew'))).toBe('anew');
});

test('an answer that nobody asked for is not kept until it is wrong', async () => {
  vi.useFakeTimers();
  askAhead('messages of tea', Promise.resolve('early'));
  vi.advanceTimersByTime(60_000);
  vi.useRealTimers();
  expect(await answerTo('messages of tea', () => Promise.resolve('anew'))).toBe('anew');
});
