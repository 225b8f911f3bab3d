import { nextTick, ref, watch, type ShallowRef } from 'vue';

import type { Place } from './jumping.ts';
import type { ListProps } from './listProps.ts';
import type { Entry } from './rows.ts';
import type { Scroll } from './useScroll.ts';
import type { Stretched } from './useStretch.ts';

interface Ground {
  stretch: Stretched;
  scroll: Scroll;
  wanted: ShallowRef<Place | undefined>;
  /** Asks for the end, where it is not among the entries. */
  fetch: () => void;
  look: () => void;
}

/** The way to the newest message, and how many have come there since the reader went away from it. */
export function useLatest(
  props: Pick<ListProps, 'me' | 'newer' | 'newest'>,
  { stretch, scroll, wanted, fetch, look }: Ground,
) {
  const missed = ref(0);
  const isAway = () => props.newer !== 'none';
  // What comes there then is not among the entries.
  watch(
    () => props.newest ?? 0,
    (seq, before) => {
      if (isAway()) missed.value += seq - before;
    },
  );
  return {
    missed,
    miss(fresh: readonly Entry[]): void {
      if (!isAway()) missed.value += fresh.filter(({ fromuid }) => fromuid !== props.me).length;
    },
    async toLatest(): Promise<void> {
      wanted.value = undefined;
      missed.value = 0;
      if (isAway()) fetch();
      stretch.toEnd();
      scroll.isAtEnd.value = true;
      await nextTick();
      scroll.toEnd();
      look();
    },
  };
}
