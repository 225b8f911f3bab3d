import type { Seq } from '@trialogue/protocol';

import type { Range } from '../chat/ports.ts';

/**
 * Which seqs a page holds, both ends included; `from > to` when it is empty. Pure: as there are no holes (I6), a page
 * is arithmetic, and `hasMore` is exact (I16).
 *
 * After a place: the first messages that follow it, up to `before` where both are given. Else the last ones before
 * `before`, or of all.
 */
export function windowOf({ before, after, limit }: Range, head: Seq): { from: Seq; to: Seq; hasMore: boolean } {
  const last = Math.min(head, before === undefined ? head : before - 1);
  if (after !== undefined) {
    const to = Math.min(last, after + limit);
    return { from: after + 1, to, hasMore: to < last && to > after };
  }
  const from = Math.max(1, last - limit + 1);
  return { from, to: last, hasMore: from > 1 && last > 0 };
}
