import { expect, test } from 'vitest';

import { createBulkhead } from './bulkhead.ts';
import { settled } from './nodeUnderTest.ts';

function work(count: number, isWanted: (n: number) => boolean = () => true) {
  const bulkhead = createBulkhead(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const answers = Array.from({ length: count }, (_, n) => {
    const one = async () => {
      begun.push(n);
      await new Promise<void>((resolve, reject) => ends.push(n === 1 ? () => reject(new Error('no')) : resolve));
      return n;
    };
    return bulkhead.run(one, () => isWanted(n));
  });
  for (const answer of answers) answer.catch(() => {});
  return { begun, ends, answers };
}

test.each([
  [1, 1],
  [2, 2],
  [3, 2],
])('of %d that want in where two may be, %d are in', async (count, inside) => {
  expect(work(count).begun).toHaveLength(inside);
});

test('who waits comes in when another is out, in order, and a failure is out too', async () => {
  const { begun, ends, answers } = work(4);
  ends[1]?.();
  await expect(answers[1]).rejects.toThrow('no');
  await settled();
  expect(begun).toEqual([0, 1, 2]);
  ends[0]?.();
  expect(await answers[0]).toBe(0);
  await settled();
  expect(begun).toEqual([0, 1, 2, 3]);
});

test('whom nobody waits for any more is passed over', async () => {
  const { begun, ends } = work(4, (n) => n !== 2);
  ends[0]?.();
  await settled();
  expect(begun).toEqual([0, 1, 3]);
});
