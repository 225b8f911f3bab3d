import type { Seq } from '@trialogue/protocol';
import { onMounted, onScopeDispose, ref, type ShallowRef } from 'vue';

import { whenIdle } from '../../lib/idle.ts';
import { lastInSight, type Scroll } from './useScroll.ts';
import type { Stretched } from './useStretch.ts';

/** Nearer to an edge of what is held than this, more of it is fetched. */
const FETCH_WITHIN_PX = 750;
/** Nearer to an edge of what stands in the document than this, more of it is shown. */
const SLIDE_WITHIN_SCREENS = 1.5;

interface Ground {
  scroll: Scroll;
  stretch: Stretched;
  /** Nothing follows what is held. */
  isNewest: () => boolean;
  askFor: (side: 'older' | 'newer') => void;
  heard: { atEnd: (isAtEnd: boolean) => void; seen: (seq: Seq) => void };
}

/** Where the reader is in the list, and what follows from it: what counts as seen, what is shown and fetched next. */
export function useSight(
  list: Readonly<ShallowRef<HTMLElement | null>>,
  { scroll, stretch, isNewest, askFor, heard }: Ground,
) {
  /** More than a screen away from the end. */
  const isFar = ref(false);
  /** Where the stretch has gone since the reader last scrolled: on a very high screen it must not go to and fro. */
  let slid: 'top' | 'end' | undefined;
  /** What is out of sight comes after what is in sight, and a few rows with each frame. */
  let isBusy = true;
  let frame = 0;
  onMounted(() => whenIdle(goOn));
  onScopeDispose(() => cancelAnimationFrame(frame));

  function goOn(): void {
    isBusy = false;
    look();
  }

  function look(): void {
    const at = list.value;
    if (!at) return;
    const fromEndPx = scroll.fromEndPx();
    const isEndHere = isNewest() && stretch.ends();
    scroll.isAtEnd.value = isEndHere && scroll.isNearEnd();
    isFar.value = !isEndHere || fromEndPx > at.clientHeight;
    heard.atEnd(scroll.isAtEnd.value);
    const seen = Number(lastInSight(at)?.dataset['seq'] ?? 0);
    if (seen > 0) heard.seen(seen);
    // On an iPhone the rows stay as they are until the finger is off and the list lies still.
    if (!scroll.isHeld()) reachOut(at, fromEndPx);
  }

  function reachOut(at: HTMLElement, fromEndPx: number): void {
    const roomPx = at.scrollHeight - at.clientHeight;
    const farPx = at.clientHeight * SLIDE_WITHIN_SCREENS;
    // What is let go at the other edge must not be near again at once.
    const nearPx = (stretch.isFull() ? Math.min(farPx, roomPx / 3) : farPx) + 1;
    if (at.scrollTop < nearPx && !stretch.begins() && slid !== 'end') void slide('top');
    else if (fromEndPx < nearPx && !stretch.ends() && slid !== 'top') void slide('end');
    else {
      if (at.scrollTop < FETCH_WITHIN_PX && stretch.begins()) askFor('older');
      if (fromEndPx < FETCH_WITHIN_PX && stretch.ends()) askFor('newer');
    }
  }

  async function slide(way: 'top' | 'end'): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    slid = way;
    stretch.slide(way);
    await scroll.keepPlace(false);
    // The frame after the next one that is drawn: a callback may still belong to this one.
    frame = requestAnimationFrame(() => (frame = requestAnimationFrame(goOn)));
  }

  return {
    isFar,
    look,
    scrolled(): void {
      slid = undefined;
      scroll.scrolled();
      look();
    },
  };
}
