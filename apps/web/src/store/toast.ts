import { defineStore } from 'pinia';
import { ref } from 'vue';

export interface Notice {
  id: number;
  text: string;
  isError: boolean;
}

const SHOWN_MS = 4_000;

/** Short notices at the edge of the screen; the newest replaces the one before. */
export const useToast = defineStore('toast', () => {
  const notice = ref<Notice>();
  let count = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function show(text: string, isError: boolean) {
    clearTimeout(timer);
    count += 1;
    notice.value = { id: count, text, isError };
    timer = setTimeout(() => (notice.value = undefined), SHOWN_MS);
  }
  return { notice, tell: (text: string) => show(text, false), warn: (text: string) => show(text, true) };
});
