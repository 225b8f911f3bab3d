import { tea, ada } from '@trialogue/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { takeReceipt, type Receipts } from './receipts.ts';

const of = (deliveredSeq: number, readSeq: number) => ({ dlgId: tea, userId: ada.userId, deliveredSeq, readSeq });

test('a receipt that was overtaken does not make a mark fall (I23)', () => {
  const [later, news] = takeReceipt(new Map() satisfies Receipts, of(8, 5));
  expect(news).toEqual(of(8, 5));
  expect(takeReceipt(later, of(3, 0))).toEqual([later, undefined]);
  expect(takeReceipt(later, of(8, 5))).toEqual([later, undefined]);
  expect(takeReceipt(later, of(9, 0))[1]).toEqual(of(9, 5));
});

test('in whatever order and however often receipts come, the same marks are known in the end (P4)', () => {
  const receipts = fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { minLength: 1, maxLength: 12 });
  const known = (all: readonly [number, number][]) =>
    all.reduce<Receipts>((before, [delivered, read]) => takeReceipt(before, of(delivered, read))[0], new Map());
  fc.assert(
    fc.property(
      receipts.chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })),
      ),
      ([all, shuffled]) => {
        expect(known(shuffled)).toEqual(known(all));
      },
    ),
  );
});
