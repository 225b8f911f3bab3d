import { onScopeDispose, ref } from 'vue';

const EVERY_MS = 5_000;

/** The time, as often as what is shown of it changes. */
export function useNow() {
  const now = ref(Date.now());
  const timer = setInterval(() => (now.value = Date.now()), EVERY_MS);
  onScopeDispose(() => clearInterval(timer));
  return now;
}
