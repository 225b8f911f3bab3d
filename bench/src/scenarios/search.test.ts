import { describe, expect, it } from 'vitest';

import { findLimit } from './search.ts';

const search = { start: 100, most: 1_000_000, factor: 4, precision: 1.06 };
/** A server that does so many messages a second, and so many for longer. */
const serverOf = (limit: number, heldLimit = limit) => {
  const asked: number[] = [];
  const attempt = async (rate: number, kind: string) => {
    asked.push(rate);
    return { passed: rate <= (kind === 'hold' ? heldLimit : limit), kind };
  };
  return { asked, attempt };
};

describe('the search for a limit', () => {
  it.each([30, 99, 101, 3_055, 31_420, 99_765])('finds %d to within its precision', async (limit) => {
    const { attempt } = serverOf(limit);
    const { rate } = await findLimit(search, attempt);
    expect(rate).toBeLessThanOrEqual(limit);
    expect(rate).toBeGreaterThan(limit / 1.07);
  });

  it('asks for no more than it needs', async () => {
    const { asked, attempt } = serverOf(31_420);
    await findLimit(search, attempt);
    expect(asked.length).toBeLessThanOrEqual(17);
  });

  it('takes no notice of a hiccup', async () => {
    const { attempt } = serverOf(10_000);
    let turn = 0;
    const { rate } = await findLimit(search, async (rate, kind) =>
      turn++ % 3 === 0 ? { passed: false, kind } : attempt(rate, kind),
    );
    expect(rate).toBeGreaterThan(10_000 / 1.25);
  });

  it('goes down to a rate that holds', async () => {
    const { attempt } = serverOf(10_000, 8_000);
    const { rate, held } = await findLimit(search, attempt);
    expect(rate).toBeLessThanOrEqual(8_000);
    expect(rate).toBeGreaterThan(7_000);
    expect(held).toEqual({ passed: true, kind: 'hold' });
  });

  it('never goes above the most that may be asked for', async () => {
    const { asked, attempt } = serverOf(Infinity);
    const { rate } = await findLimit({ ...search, most: 5_000 }, attempt);
    expect(rate).toBe(5_000);
    expect(Math.max(...asked)).toBe(5_000);
  });

  it('says so when nothing passes', async () => {
    const { attempt } = serverOf(0.1);
    await expect(findLimit(search, attempt)).rejects.toThrow('messages a second arrive in time');
  });

  it('says so when nothing holds', async () => {
    const { attempt } = serverOf(1_000, 10);
    await expect(findLimit(search, attempt)).rejects.toThrow('did not hold');
  });
});
