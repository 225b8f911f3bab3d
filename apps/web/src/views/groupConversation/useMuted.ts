import type { Instant } from '@trialogue/protocol';
import { onScopeDispose, ref, watch } from 'vue';

/** The longest that a browser's timer waits. */
const LONGEST_MS = 2 ** 31 - 1;

/** Whether one may not write until then: null has no end, undefined is not muted. It ends by itself. */
export function useMuted(mutedUntil: () => Instant | null | undefined) {
  const isMuted = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    const until = mutedUntil();
    const leftMs = until === null ? Infinity : (until ?? 0) - Date.now();
    isMuted.value = leftMs > 0;
    if (leftMs > 0 && leftMs < Infinity) timer = setTimeout(look, Math.min(leftMs, LONGEST_MS));
  };
  watch(mutedUntil, look, { immediate: true });
  onScopeDispose(() => clearTimeout(timer));
  return isMuted;
}
