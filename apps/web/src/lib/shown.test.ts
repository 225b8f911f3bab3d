import { afterEach, beforeEach, expect, test, vi } from 'vitest';

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
});
afterEach(() => vi.useRealTimers());

async function fetched() {
  const { shown, nowShown, afterShown } = await import('./shown.ts');
  const said: string[] = [];
  void shown.then(() => said.push('shown'));
  afterShown(() => said.push('fetched'));
  return { said, nowShown };
}

test('what many need soon waits until what the page was opened for is on the screen', async () => {
  const { said, nowShown } = await fetched();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(said).toEqual([]);
  nowShown();
  expect(said).toEqual([]);
  await vi.advanceTimersByTimeAsync(50);
  expect(said[0]).toBe('shown');
  await vi.advanceTimersByTimeAsync(3_000);
  expect(said).toEqual(['shown', 'fetched']);
});

test('and not for ever, if that does not come', async () => {
  const { said } = await fetched();
  await vi.advanceTimersByTimeAsync(2_999);
  expect(said).toEqual([]);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(said).toEqual(['shown', 'fetched']);
});
