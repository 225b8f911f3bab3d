import { onMounted, onScopeDispose, ref } from 'vue';

import { createKeyboard } from './keyboard.ts';

export type Panel = 'emoji' | 'more';

/** A keyboard that has not come by then is one of plastic. */
const COMING_MS = 500;
const SETTLED_MS = 100;

export const isTouch = (): boolean => matchMedia('(pointer: coarse)').matches;

/**
 * Which panel is open under the box, and how high. On a phone it takes the place of the keyboard, and gives it back.
 *
 *   none ── open ──► panel (the keyboard goes) ── the box is tapped ──► leaving ── the keyboard is up, or none comes ──► none
 */
export function usePanel(box: { isFocused: () => boolean; focus: () => void; blur: () => void }) {
  const keyboard = createKeyboard();
  const panel = ref<Panel>();
  const heightPx = ref(keyboard.panelPx());
  let leaving: ReturnType<typeof setTimeout> | undefined;

  function close(): void {
    clearTimeout(leaving);
    leaving = undefined;
    panel.value = undefined;
  }
  function leaveIn(ms: number): void {
    clearTimeout(leaving);
    leaving = setTimeout(close, ms);
  }
  function look(): void {
    const { width, height, scale } = window.visualViewport ?? { width: innerWidth, height: innerHeight, scale: 1 };
    keyboard.seen(width * scale, height * scale, box.isFocused() && panel.value === undefined);
    heightPx.value = keyboard.panelPx();
    if (leaving !== undefined && keyboard.isUp()) leaveIn(SETTLED_MS);
  }
  onMounted(look);
  window.visualViewport?.addEventListener('resize', look);
  onScopeDispose(() => {
    window.visualViewport?.removeEventListener('resize', look);
    clearTimeout(leaving);
  });

  return {
    panel,
    heightPx,
    close,
    /** The same again closes it, and one can write. */
    toggle(which: Panel): void {
      const isOpen = panel.value === which;
      if (isOpen && !isTouch()) close();
      if (isOpen) return box.focus();
      clearTimeout(leaving);
      leaving = undefined;
      panel.value = which;
      if (isTouch()) box.blur();
    },
    boxFocused(): void {
      if (panel.value !== undefined && isTouch()) leaveIn(COMING_MS);
    },
  };
}
