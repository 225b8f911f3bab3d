import { onScopeDispose, ref } from 'vue';

/** The time, as often as what is shown of it changes, for as long as the component lives. */
export function useNow(everyMs: number) {
  const now = ref(Date.now());
  const timer = setInterval(() => (now.value = Date.now()), everyMs);
  onScopeDispose(() => clearInterval(timer));
  return now;
}
