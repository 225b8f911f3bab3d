import { computed, onMounted, onScopeDispose, shallowRef } from 'vue';

import type { Change } from './change.ts';
import { layOut, type Dividers, type Entry } from './rows.ts';
import { MOST_ROWS, around, atEnd, follow, towardsEnd, towardsTop } from './window.ts';

/** The rows that stand in the document: a stretch of the entries, which goes along with the reader. */
export function useStretch(entries: () => readonly Entry[], dividers: () => Dividers) {
  const stretch = shallowRef(atEnd(entries().length));
  const toEnd = () => void (stretch.value = atEnd(entries().length));

  // Paper has no window to scroll: all that is here is printed.
  const printed = () => (stretch.value = { from: 0, to: entries().length });
  onMounted(() => addEventListener('beforeprint', printed));
  onScopeDispose(() => removeEventListener('beforeprint', printed));

  return {
    rows: computed(() => layOut(entries(), stretch.value.from, stretch.value.to, dividers())),
    begins: () => stretch.value.from === 0,
    ends: () => stretch.value.to === entries().length,
    holds: (place: number) => place >= stretch.value.from && place < stretch.value.to,
    toEnd,
    toTop: () => void (stretch.value = { from: 0, to: Math.min(entries().length, MOST_ROWS) }),
    around: (place: number) => void (stretch.value = around(place, entries().length)),
    slide: (way: 'top' | 'end') =>
      void (stretch.value = way === 'top' ? towardsTop(stretch.value) : towardsEnd(stretch.value, entries().length)),
    /** The entries have changed: the same rows stay, and what came at the end joins them if that was in sight. */
    take({ atTop }: Change, before: number, isFollowing: boolean): void {
      const count = entries().length;
      const { from, to } = follow(stretch.value, before, { atTop, atEnd: count - before - atTop });
      stretch.value = { from: isFollowing ? Math.max(from, to - MOST_ROWS) : from, to: Math.min(to, count) };
    },
  };
}

export type Stretched = ReturnType<typeof useStretch>;
