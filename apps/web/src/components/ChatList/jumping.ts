import type { Seq } from '@trialogue/protocol';
import { nextTick, type Ref, type ShallowRef } from 'vue';

import { placeOfSeq } from './change.ts';
import { isUpTo, type Entry } from './rows.ts';
import { firstInSight, type Scroll } from './useScroll.ts';
import type { Stretched } from './useStretch.ts';

/** A message, and where in the list it is to stand. */
export interface Place {
  seq: Seq;
  /** How far below the upper edge. None: in the middle, lit up. */
  belowPx?: number;
}

/** What going to a message needs of the list. */
export interface Ground {
  list: Readonly<ShallowRef<HTMLElement | null>>;
  entries: () => readonly Entry[];
  stretch: Stretched;
  scroll: Scroll;
  /** Where the reader was before they jumped: the first click of the jump button leads back there. */
  leftAt: ShallowRef<Place | undefined>;
  /** Where to go once it is among the entries. */
  wanted: ShallowRef<Place | undefined>;
  litKey: Ref<string>;
  /** Asks for a message that is not among the entries. */
  reach: (seq: Seq) => void;
  /** Looks where the list stands now. */
  look: () => void;
}

const LIT_MS = 1500;

/** Going to a message. Lazy: nobody jumps before the first message is there. */
export function createJumping({ list, entries, stretch, scroll, leftAt, wanted, litKey, reach, look }: Ground) {
  let litFor: ReturnType<typeof setTimeout> | undefined;

  const belowPx = (row: Element): number =>
    row.getBoundingClientRect().top - (list.value?.getBoundingClientRect().top ?? 0);
  /** Among the entries, or between two of them: a message that was folded into another has no row. */
  const isHere = (seq: Seq): boolean =>
    isUpTo(seq, entries()[0]) && entries()[placeOfSeq(entries(), seq)]?.seq !== undefined;

  async function goTo(place: Place): Promise<void> {
    wanted.value = place;
    if (isHere(place.seq)) await show(place.seq);
    else reach(place.seq);
  }

  async function show(seq: Seq): Promise<void> {
    const { belowPx: wishedPx } = wanted.value?.seq === seq ? wanted.value : {};
    wanted.value = undefined;
    const place = placeOfSeq(entries(), seq);
    const entry = entries()[place];
    const at = list.value;
    if (!entry || !at) return;
    scroll.isAtEnd.value = false;
    if (!stretch.holds(place)) stretch.around(place);
    await nextTick();
    const row = at.querySelector<HTMLElement>(`[data-seq="${entry.seq}"]`);
    if (!row) return;
    const middlePx = Math.max(8, (at.clientHeight - row.getBoundingClientRect().height) / 2);
    scroll.moveTo(at.scrollTop + belowPx(row) - (wishedPx ?? middlePx));
    scroll.remember();
    if (wishedPx === undefined) light(row, entry.key);
    look();
  }

  function light(row: HTMLElement, key: string): void {
    row.focus({ preventScroll: true });
    litKey.value = key;
    clearTimeout(litFor);
    litFor = setTimeout(() => (litKey.value = ''), LIT_MS);
  }

  return {
    goTo,
    show,
    /** Shows a message in the middle, and lights it up. One that is not here is asked for first. */
    jump(seq: Seq): Promise<void> {
      const sight = firstInSight(list.value);
      const row = sight?.rows[sight.at];
      const here = Number(row?.dataset['seq'] ?? 0);
      if (!scroll.isAtEnd.value && row && here > 0) leftAt.value ??= { seq: here, belowPx: belowPx(row) };
      return goTo({ seq });
    },
  };
}
