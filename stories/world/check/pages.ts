import { limits, type Page, type Seq } from '@trialogue/protocol';

import { Broken } from './broken.ts';

export interface Range {
  before?: Seq;
  after?: Seq;
  limit?: number;
}

/** One page of history against what was asked for: I16, I17. Whether its messages are the log's own is the ledger's to say. */
export function checkPage(range: Range, page: Omit<Page, 'logEpoch'>, who: string): void {
  const { before = Infinity, after = 0, limit = limits.page } = range;
  const seqs = page.list.map(({ seq }) => seq);
  const { hasMore, head, minSeq, reset = false } = page;
  const witness = { range, seqs, hasMore, head, minSeq, reset };
  const fail = (says: string) => {
    throw new Broken('I16', `${who} ${says}`, witness);
  };
  // A page may be shorter than asked for, but never by leaving messages out at its near end.
  const least = Math.max(after + 1, minSeq);
  const most = Math.min(before - 1, head);
  // What is gone is never skipped in silence.
  if (reset !== (range.after !== undefined && after < minSeq - 1)) {
    throw new Broken('I17', `${who} was told wrongly whether something is gone`, witness);
  }
  if (seqs.length > limit) fail('was given more than asked for');
  for (const [at, seq] of seqs.entries())
    if (at > 0 && seq !== (seqs[at - 1] ?? 0) + 1) fail('was given a page with a hole');
  const first = seqs[0];
  const last = seqs.at(-1);
  if (first === undefined || last === undefined) {
    if (least <= most) fail('was given an empty page where there are messages');
    if (hasMore) fail('was promised more after an empty page');
    return;
  }
  if (first < least || last > most) fail('was given messages outside of what was asked for');
  const goesUp = range.after !== undefined;
  if (goesUp ? first !== least : last !== most) fail('was given a page that does not follow the last one');
  const isWhole = goesUp ? last === most : first === least;
  if (hasMore === isWhole) fail('was told wrongly whether there is more');
}
