import type { DlgId } from '@trialogue/protocol';
import { computed, ref, watch } from 'vue';

import { openNotes } from '../../http/api.ts';
import { isCancelled } from '../../http/refusal.ts';

/** The notes of customer service beside a conversation: where they are, and whether they are looked at. */
export function useNotes(dlgId: () => DlgId | undefined, failed: (error: unknown) => void) {
  const isShown = ref(false);
  const lanes = ref(new Map<DlgId, DlgId>());
  const lane = computed(() => {
    const of = dlgId();
    return of === undefined ? undefined : lanes.value.get(of);
  });
  watch(dlgId, () => (isShown.value = false), { flush: 'sync' });

  async function show(): Promise<void> {
    const of = dlgId();
    if (of === undefined) return;
    try {
      if (!lanes.value.has(of)) lanes.value = new Map(lanes.value).set(of, (await openNotes(of)).dlgId);
      // Another conversation was chosen meanwhile.
      if (of === dlgId()) isShown.value = true;
    } catch (error) {
      if (!isCancelled(error)) failed(error);
    }
  }
  return { isShown, lane, show, hide: () => void (isShown.value = false) };
}
