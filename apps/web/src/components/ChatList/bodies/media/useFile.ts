import type { DlgId, FileId } from '@trialogue/protocol';
import { onScopeDispose, shallowRef } from 'vue';

import { downloadFile } from '../../../../http/api.ts';
import { isCancelled } from '../../../../http/refusal.ts';
import { isDrawn } from '../../../../utils/pictures.ts';

/** A file of the conversation, fetched with our token: an address for it lives as long as the component does. */
export function useFile(dlgId: DlgId, { fileId, mime }: { fileId: FileId; mime: string }) {
  const url = shallowRef<string>();
  const state = shallowRef<'idle' | 'loading' | 'ready' | 'failed'>('idle');
  const gone = new AbortController();

  async function load(): Promise<string | undefined> {
    if (state.value === 'loading' || url.value) return url.value;
    state.value = 'loading';
    try {
      const bytes = await downloadFile(dlgId, fileId, gone.signal);
      if (gone.signal.aborted) return undefined;
      // The sender chose the kind: nothing but a picture may be opened in our origin as what it says it is.
      url.value = URL.createObjectURL(new Blob([bytes], { type: isDrawn(mime) ? mime : 'application/octet-stream' }));
      state.value = 'ready';
    } catch (error) {
      if (!gone.signal.aborted && !isCancelled(error)) state.value = 'failed';
    }
    return url.value;
  }

  onScopeDispose(() => {
    gone.abort();
    if (url.value) URL.revokeObjectURL(url.value);
  });
  return { url, state, load };
}
