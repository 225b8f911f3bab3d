import type { DlgId, UserId } from '@trialogue/protocol';
import { onScopeDispose, ref, watch } from 'vue';

import { keepDraft, readDraft } from '../../utils/index.ts';

const PAUSE_MS = 300;

/** What is being written, kept when the writer pauses and when the conversation is left. */
export function useDraft(me: UserId, dlgId: DlgId) {
  const text = ref(readDraft(me, dlgId));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keep = () => {
    clearTimeout(timer);
    keepDraft(me, dlgId, text.value);
  };
  watch(text, (now) => {
    clearTimeout(timer);
    if (now === '') keep();
    else timer = setTimeout(keep, PAUSE_MS);
  });
  addEventListener('pagehide', keep);
  onScopeDispose(() => {
    removeEventListener('pagehide', keep);
    keep();
  });
  return text;
}
