import { onScopeDispose, ref } from 'vue';

const EVERY_MS = 1_000;

/** The time, every second, for as long as the component lives. */
export function useNow() {
  const now = ref(Date.now());
  const timer = setInterval(() => (now.value = Date.now()), EVERY_MS);
  onScopeDispose(() => clearInterval(timer));
  return now;
}
