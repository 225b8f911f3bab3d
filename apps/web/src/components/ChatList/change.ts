import type { Seq } from '@trialogue/protocol';

import type { Entry } from './rows.ts';

/** What has come to a list, seen from the one before. */
export interface Change {
  /** How many rows came before those that were there. */
  atTop: number;
  /** What was said since. Not simply the last rows: ours that are on their way stand behind what others say. */
  fresh: readonly Entry[];
  /** Of our own messages those that have failed just now. */
  failed: readonly Entry[];
}

/** A row may go when it turns out to be about another one; so many of the first ones may have gone at once. */
const MOST_GONE = 20;

/** None when it is another list altogether. It costs what has changed, not what is there. */
export function changeBetween(before: readonly Entry[], next: readonly Entry[]): Change | undefined {
  const atTop = rowsBefore(before, next);
  if (atTop === undefined) return undefined;
  const [oldTail, newTail] = [tailOf(before, lastSeq(before)), tailOf(next, lastSeq(before))];
  const known = new Map(oldTail.map((entry) => [entry.key, entry]));
  return {
    atTop,
    fresh: newTail.filter(({ key }) => !known.has(key)),
    failed: newTail.filter(({ key, state }) => state === 'failed' && known.get(key)?.state !== 'failed'),
  };
}

function rowsBefore(before: readonly Entry[], next: readonly Entry[]): number | undefined {
  for (let at = 0; at < Math.min(before.length, MOST_GONE); at++) {
    const entry = before[at];
    const found = entry ? placeOf(next, entry) : -1;
    if (found >= 0) return Math.max(0, found - at);
  }
  return undefined;
}

function placeOf(entries: readonly Entry[], { key, seq }: Entry): number {
  if (seq === undefined) return entries.findLastIndex((entry) => entry.key === key);
  const at = placeOfSeq(entries, seq);
  return entries[at]?.key === key ? at : -1;
}

/** Where a message stands, or would stand: the first row that is not before it. */
export function placeOfSeq(entries: readonly Entry[], seq: Seq): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.seq ?? Number.MAX_SAFE_INTEGER) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

const lastSeq = (entries: readonly Entry[]): Seq => entries.findLast(({ seq }) => seq !== undefined)?.seq ?? 0;

/** What stands behind a place in the log, and what has none yet. */
const tailOf = (entries: readonly Entry[], after: Seq): Entry[] => entries.slice(placeOfSeq(entries, after + 1));
