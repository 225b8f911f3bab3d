import { randomFrom } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import { mutate } from './mutate.ts';
import { run } from './run.ts';
import type { Target, Tried } from './target.ts';

const targetThat = (take: Tried['take'], more: Partial<Tried> = {}): Target => ({
  name: 'no-such-target',
  title: 'a test says it to a test',
  times: { small: 1, full: 1 },
  open: async () => ({ seeds: ['{"op":"send","text":"hello"}'], places: [], take, ...more }),
});
const kept: string[] = [];
const keep = (_: string, input: string) => `file ${kept.push(input)}`;

test('what throws is found, kept, and enough after ten times', async () => {
  kept.length = 0;
  const outcome = await run(
    targetThat((input) => {
      if (input.includes('__proto__')) throw new Error('it fell over');
    }),
    1,
    100_000,
    keep,
  );
  expect(outcome.broken).toHaveLength(10);
  expect(outcome.broken[0]).toMatchObject({ why: expect.stringContaining('it fell over'), file: 'file 1' });
  expect(kept.every((input) => input.includes('__proto__'))).toBe(true);
});

test('a promise that fails counts like a throw, and so does what is seen at the end', async () => {
  const end = () => Promise.reject(new Error('the server is ill'));
  const outcome = await run(
    targetThat(() => Promise.reject(new Error('late')), { end }),
    1,
    5,
    keep,
  );
  expect(outcome.broken.map(({ why }) => /late|ill/.exec(why)?.[0])).toEqual([
    'late',
    'late',
    'late',
    'late',
    'late',
    'ill',
  ]);
});

test('of what is good, all inputs go through, and each says how many it was', async () => {
  const outcome = await run(
    targetThat(() => {}, { counts: () => 50 }),
    1,
    1_000,
    keep,
  );
  expect(outcome).toMatchObject({ inputs: 1_000, broken: [] });
});

test('the same seed makes the same inputs, and they are seldom alike', () => {
  const inputsOf = (seed: number) => {
    const random = randomFrom(seed);
    return Array.from({ length: 500 }, () => mutate('{"op":"open","id":1,"dlgId":"tea"}', random));
  };
  expect(inputsOf(7)).toEqual(inputsOf(7));
  expect(inputsOf(7)).not.toEqual(inputsOf(8));
  expect(new Set(inputsOf(7)).size).toBeGreaterThan(300);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});
