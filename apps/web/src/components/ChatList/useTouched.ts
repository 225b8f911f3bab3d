import { onScopeDispose, ref, watch, type ShallowRef } from 'vue';

/** Whether a tap has opened what belongs to an element; a tap anywhere else, or Esc, closes it. */
export function useTouched(element: Readonly<ShallowRef<HTMLElement | null>>) {
  const isTouched = ref(false);
  const close = (event: Event) => {
    const isInside = event.type === 'pointerdown' && element.value?.contains(event.target as Node);
    if (!isInside && (event.type === 'pointerdown' || (event as KeyboardEvent).key === 'Escape'))
      isTouched.value = false;
  };
  const listen = (isOn: boolean) => {
    for (const type of ['pointerdown', 'keydown'])
      if (isOn) addEventListener(type, close, true);
      else removeEventListener(type, close, true);
  };
  watch(isTouched, listen);
  onScopeDispose(() => listen(false));
  return isTouched;
}
