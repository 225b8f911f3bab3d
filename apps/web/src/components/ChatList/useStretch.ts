import { computed, onMounted, onScopeDispose, shallowRef } from 'vue';

import type { Change } from './change.ts';
import { layOut, withKept, type Dividers, type Entry, type Row } from './rows.ts';
import { MOST_ROWS, around, atEnd, follow, screenful, towardsEnd, towardsTop } from './window.ts';

/** The rows that stand in the document: a stretch of the entries, which goes along with the reader. */
export function useStretch(entries: () => readonly Entry[], dividers: () => Dividers) {
  /** What is seen at once. The others come when the reader moves, or when there is time. */
  const first = screenful(innerHeight);
  const stretch = shallowRef(atEnd(entries().length, first));
  const ends = () => stretch.value.to === entries().length;
  const isFull = () => stretch.value.to - stretch.value.from >= MOST_ROWS;
  function toEnd(): void {
    const isPrinted = stretch.value.to - stretch.value.from > MOST_ROWS;
    if (!ends() || isPrinted) stretch.value = atEnd(entries().length, first);
  }

  // Paper has no window to scroll: all that is here is printed.
  const printed = () => (stretch.value = { from: 0, to: entries().length });
  onMounted(() => addEventListener('beforeprint', printed));
  onScopeDispose(() => removeEventListener('beforeprint', printed));

  const rows = computed<readonly Row[]>((before) =>
    withKept(layOut(entries(), stretch.value.from, stretch.value.to, dividers()), before),
  );
  return {
    rows,
    begins: () => stretch.value.from === 0,
    ends,
    isFull,
    holds: (place: number) => place >= stretch.value.from && place < stretch.value.to,
    toEnd,
    toTop: () => void (stretch.value = { from: 0, to: Math.min(entries().length, first) }),
    around: (place: number) => void (stretch.value = around(place, entries().length, first)),
    slide: (way: 'top' | 'end') =>
      void (stretch.value = way === 'top' ? towardsTop(stretch.value) : towardsEnd(stretch.value, entries().length)),
    /**
     * The entries have changed: the same rows stay, and what came at the end joins them if that was in sight.
     *
     * @param change none when these are other entries altogether
     * @param before how many there were
     */
    take(change: Change | undefined, before: number, isFollowing: boolean): void {
      const count = entries().length;
      const wasAtEnd = stretch.value.to >= before;
      if (!change || (isFollowing && !wasAtEnd)) {
        stretch.value = atEnd(count, first);
        return;
      }
      const { atTop } = change;
      const { from, to } = follow(stretch.value, before, { atTop, atEnd: count - before - atTop });
      stretch.value = { from: isFollowing ? Math.max(from, to - MOST_ROWS) : from, to: Math.min(to, count) };
    },
  };
}

export type Stretched = ReturnType<typeof useStretch>;
