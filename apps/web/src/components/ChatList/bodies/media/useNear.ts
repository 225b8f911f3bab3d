import { onMounted, onScopeDispose, ref, type Ref } from 'vue';

/** So far outside of the screen something counts as near. */
const MARGIN = '600px 0px';

/** Whether something is on screen, or will be in a moment. Once near, always near. */
export function useNear(place: Readonly<Ref<Element | null>>): Readonly<Ref<boolean>> {
  const isNear = ref(false);
  let watcher: IntersectionObserver | undefined;
  onMounted(() => {
    if (!place.value || !('IntersectionObserver' in window)) {
      isNear.value = true;
      return;
    }
    watcher = new IntersectionObserver(
      (seen) => {
        if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
        isNear.value = true;
        watcher?.disconnect();
      },
      { rootMargin: MARGIN },
    );
    watcher.observe(place.value);
  });
  onScopeDispose(() => watcher?.disconnect());
  return isNear;
}
