import { expect } from 'vitest';

/** Asks again until the answer is as expected; gives up after what a busy machine may take. */
export const until = (ask: () => unknown): ReturnType<typeof expect.poll> =>
  expect.poll(ask, { timeout: 20_000, interval: 50 });
