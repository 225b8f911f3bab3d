import { createPinia, defineStore } from 'pinia';
import { ref } from 'vue';

export interface Notice {
  id: number;
  text: string;
  isError: boolean;
}

const SHOWN_MS = 4_000;
/** What went wrong takes longer to read, and is read twice. */
const WARNED_MS = 7_000;

const useStore = defineStore('toast', () => {
  const notice = ref<Notice>();
  let count = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function show(text: string, isError: boolean) {
    clearTimeout(timer);
    count += 1;
    notice.value = { id: count, text, isError };
    timer = setTimeout(hide, isError ? WARNED_MS : SHOWN_MS);
  }
  function hide() {
    clearTimeout(timer);
    notice.value = undefined;
  }
  return { notice, hide, tell: (text: string) => show(text, false), warn: (text: string) => show(text, true) };
});

const pinia = createPinia();

/** Short notices at the edge of the screen; the newest replaces the one before. */
export const useNotices = () => useStore(pinia);
