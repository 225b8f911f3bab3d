import type { Seq } from '@trialogue/protocol';

import type { Range } from '../chat/ports.ts';

/**
 * Which seqs a page holds, both ends included; `from > to` when it is empty. Pure: as what is kept has no holes (I6), a
 * page is arithmetic, and `hasMore` is exact (I16).
 *
 * After a place: the first messages that follow it, up to `before` where both are given. Else the last ones before
 * `before`, or of all. A page never reaches below `minSeq`; `reset` says that what follows `after` is gone (I17).
 */
export function windowOf(
  { before, after, limit }: Range,
  head: Seq,
  minSeq: Seq = 1,
): { from: Seq; to: Seq; hasMore: boolean; reset: boolean } {
  const last = Math.min(head, before === undefined ? head : before - 1);
  if (after !== undefined) {
    const from = Math.max(after + 1, minSeq);
    const to = Math.min(last, from + limit - 1);
    return { from, to, hasMore: to < last && to >= from, reset: after < minSeq - 1 };
  }
  const from = Math.max(minSeq, last - limit + 1);
  return { from, to: last, hasMore: from > minSeq, reset: false };
}
