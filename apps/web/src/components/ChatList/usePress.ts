import { onScopeDispose, ref } from 'vue';

const LONG_MS = 450;
const STRAYED_PX = 10;
/** A swipe so far quotes; a bubble follows the finger this far at the most. */
const QUOTE_PX = 56;
const MOST_PX = 76;

export interface Press {
  longPressed: (place: { x: number; y: number }) => void;
  /** A swipe in the direction of reading. */
  swiped: () => void;
  canSwipe: () => boolean;
}

/**
 * A finger on a bubble:
 *
 *   down ── 450 ms, still ──► long press
 *     └── 10 px sideways ──► swiping ── 56 px, then up ──► swiped
 *     └── 10 px up or down, or a second finger ──► the list scrolls, and nothing happens here
 */
export function usePress({ longPressed, swiped, canSwipe }: Press) {
  /** How far the bubble has gone with the finger, in the direction of reading. */
  const shiftPx = ref(0);
  let start: { id: number; x: number; y: number; sign: number; on: HTMLElement } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wasLong = false;

  /** Listened to while a finger is down: there are many bubbles, and few fingers. */
  const follows = { pointermove: moved, pointerup: lifted, pointercancel: end };
  const follow = (on: HTMLElement, how: 'addEventListener' | 'removeEventListener') => {
    for (const [type, does] of Object.entries(follows)) on[how](type, does as EventListener);
  };

  function end(): void {
    clearTimeout(timer);
    if (start) follow(start.on, 'removeEventListener');
    start = undefined;
    shiftPx.value = 0;
  }
  onScopeDispose(end);

  function moved(event: PointerEvent): void {
    if (event.pointerId !== start?.id) return;
    const [across, down] = [(event.clientX - start.x) * start.sign, Math.abs(event.clientY - start.y)];
    if (shiftPx.value === 0 && down > STRAYED_PX) return end();
    if (Math.abs(across) > STRAYED_PX) clearTimeout(timer);
    if (shiftPx.value > 0 || (across > STRAYED_PX && canSwipe()))
      shiftPx.value = Math.max(0, Math.min(MOST_PX, across - STRAYED_PX));
  }
  function lifted(): void {
    const isFar = shiftPx.value >= QUOTE_PX - STRAYED_PX;
    end();
    if (isFar) swiped();
  }

  return {
    shiftPx,
    press(event: PointerEvent): void {
      end();
      wasLong = false;
      if (event.pointerType === 'mouse' || !event.isPrimary) return;
      const { pointerId: id, clientX: x, clientY: y } = event;
      const on = event.currentTarget as HTMLElement;
      start = { id, x, y, sign: getComputedStyle(on).direction === 'rtl' ? -1 : 1, on };
      follow(on, 'addEventListener');
      timer = setTimeout(() => {
        end();
        wasLong = true;
        navigator.vibrate?.(10);
        longPressed({ x, y });
      }, LONG_MS);
    },
    /** The tap that ends a long press is not a tap on what lies there. */
    isEndOfLong(): boolean {
      const was = wasLong;
      wasLong = false;
      return was;
    },
  };
}
