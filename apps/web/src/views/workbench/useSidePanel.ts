import { onScopeDispose, ref } from 'vue';

const WIDE = '(width >= 75rem)';

/** What stands beside the conversation where there is room, and over it where there is none. */
export function useSidePanel() {
  const wide = matchMedia(WIDE);
  const isShown = ref(wide.matches);
  const onWidth = () => (isShown.value = wide.matches);
  wide.addEventListener('change', onWidth);
  onScopeDispose(() => wide.removeEventListener('change', onWidth));
  return {
    isShown,
    toggle: (): void => void (isShown.value = !isShown.value),
    close: (): void => void (isShown.value = false),
    /** Where it would stand in the way. */
    makeRoom(): void {
      if (!wide.matches) isShown.value = false;
    },
  };
}
