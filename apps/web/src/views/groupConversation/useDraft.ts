import type { DlgId, UserId } from '@trialogue/protocol';
import { onScopeDispose, shallowRef, watch } from 'vue';

import { emptyDraft, keepDraft, readDraft } from '../../utils/index.ts';

const PAUSE_MS = 300;

/** What is being written, kept when the writer pauses and when the conversation is left. */
export function useDraft(me: UserId, dlgId: DlgId) {
  const draft = shallowRef(readDraft(me, dlgId));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keep = () => {
    clearTimeout(timer);
    keepDraft(me, dlgId, draft.value);
  };
  watch(draft, (now) => {
    clearTimeout(timer);
    if (now === emptyDraft) keep();
    else timer = setTimeout(keep, PAUSE_MS);
  });
  addEventListener('pagehide', keep);
  onScopeDispose(() => {
    removeEventListener('pagehide', keep);
    keep();
  });
  return draft;
}
