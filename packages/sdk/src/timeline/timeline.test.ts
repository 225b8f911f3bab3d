import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { corrected, followFrom, heardOf, lacks, skipTo, take, type Timeline } from './timeline.ts';

interface Said {
  seq: number;
  text: string;
}
const said = (seq: number): Said => ({ seq, text: `message ${seq}` });

function takeAll(from: Timeline<Said>, seqs: readonly number[]): [Timeline<Said>, number[]] {
  let timeline = from;
  const given: number[] = [];
  for (const seq of seqs) {
    const [after, ready] = take(timeline, said(seq));
    timeline = after;
    given.push(...ready.map((message) => message.seq));
  }
  return [timeline, given];
}

describe('a timeline', () => {
  test('gives out each message once and in order, however often and in whatever order they come (P2, I9, I12)', () => {
    const shuffled = fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 40 })).chain(([from, count]) => {
      const seqs = Array.from({ length: count }, (_, at) => from + 1 + at);
      const more = fc.array(fc.integer({ min: 1, max: from + count }), { maxLength: 60 });
      return more.chain((repeats) =>
        fc.record({
          from: fc.constant(from),
          seqs: fc.constant(seqs),
          order: fc.shuffledSubarray([...seqs, ...repeats], { minLength: count + repeats.length }),
        }),
      );
    });
    fc.assert(
      fc.property(shuffled, ({ from, seqs, order }) => {
        const [timeline, given] = takeAll(followFrom(from), order);
        expect(given).toEqual(seqs);
        expect(timeline).toEqual({ seen: from + seqs.length, head: from + seqs.length, early: new Map() });
      }),
    );
  });

  test('never gives out a message before the one that is missing', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 80 }), (order) => {
        const [timeline, given] = takeAll(followFrom(0), order);
        expect(given).toEqual(given.map((_, at) => at + 1));
        expect(lacks(timeline)).toBe(order.some((seq) => seq > given.length));
      }),
    );
  });

  test('what comes too early by far is let go, and what is needed soonest is kept', () => {
    const order = Array.from({ length: 600 }, (_, at) => 700 - at);
    const [timeline] = takeAll(followFrom(0), order);
    expect(timeline.early.size).toBe(500);
    expect(Math.min(...timeline.early.keys())).toBe(101);
    expect(timeline.head).toBe(700);
  });

  test('goes on after what is no longer kept, with what came early, and never back (I17)', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 40 }), fc.nat(35), (order, to) => {
        const [before, given] = takeAll(followFrom(0), order);
        const [after, ready] = skipTo(before, to);
        const seen = Math.max(given.length, to);
        expect(ready.map(({ seq }) => seq)).toEqual(ready.map((_, at) => seen + 1 + at));
        expect(after.seen).toBe(seen + ready.length);
        expect(after.head).toBeGreaterThanOrEqual(after.seen);
        expect([...after.early.keys()].every((seq) => seq > after.seen + 1)).toBe(true);
      }),
    );
  });

  test('a wrong word about the head is taken back, but not below what has come', () => {
    const [timeline] = takeAll(heardOf(followFrom(3), 1_000_000), [6]);
    expect(corrected(timeline, 5).head).toBe(6);
    expect(corrected(timeline, 9).head).toBe(9);
    expect(heardOf(timeline, 2)).toBe(timeline);
  });
});
