import { expect, test } from 'vitest';

import { pooledRandom } from './random.ts';

/** Fills with 1, 2, 3, … and goes on where it was. */
function counting() {
  let last = 0;
  let trips = 0;
  const fill = (bytes: Uint8Array) => {
    trips++;
    bytes.forEach((_, at) => (bytes[at] = ++last % 251));
  };
  return { fill, trips: () => trips };
}

test('no byte is handed out twice, however many are asked for at a time', () => {
  const { fill, trips } = counting();
  const random = pooledRandom(fill);
  const all = [16, 32, 4000, 100, 5000, 16].map((count) => random.bytes(count));
  expect(all.map(({ length }) => length)).toEqual([16, 32, 4000, 100, 5000, 16]);
  expect([...all[1]!].slice(0, 2)).toEqual([17, 18]);
  // What was left of the first pool did not do for a hundred.
  expect(all[3]![0]).toBe((4096 + 1) % 251);
  expect(trips()).toBe(3);
});

test('what was handed out is the only copy', () => {
  let pool: Uint8Array = new Uint8Array();
  const random = pooledRandom((bytes) => void (pool = bytes.fill(7)));
  expect([...random.bytes(3)]).toEqual([7, 7, 7]);
  expect([...pool.subarray(0, 4)]).toEqual([0, 0, 0, 7]);
});
