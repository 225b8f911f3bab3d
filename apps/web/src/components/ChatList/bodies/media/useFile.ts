import type { DlgId, FileId } from '@trialogue/protocol';
import { isFlood, pictureHead } from '@trialogue/protocol/pictures';
import { onScopeDispose, ref, shallowRef, watch } from 'vue';

import { isCancelled } from '../../../../http/refusal.ts';
import { fetchFile, keptFile } from '../../../../lib/files.ts';
import { isDrawn } from '../../../../utils/pictures.ts';

/** What is done with a file once it is here. */
export type Use = 'draw' | 'play' | 'save';
export interface Source {
  fileId: FileId;
  mime: string;
  /** What opens it, where its sender sealed it. */
  key?: string | undefined;
}

/** The small copy of a picture or film; where there is none, itself. */
export const smallOf = (said: Source & { thumbId?: FileId | undefined; thumbKey?: string | undefined }): Source =>
  said.thumbId === undefined ? said : { fileId: said.thumbId, mime: 'image/jpeg', key: said.thumbKey };

/** Kinds that a browser plays and never runs. */
const played = /^(audio|video)\/(mp4|webm|ogg|mpeg|aac|wav|quicktime|x-m4a|x-m4v)$/;

/**
 * A file of the conversation: an address for it lives as long as the component does. One that was fetched or sent by
 * this page before is there at once.
 */
export function useFile(dlgId: DlgId, source: () => Source, use: Use) {
  const url = shallowRef<string>();
  const state = shallowRef<'idle' | 'loading' | 'ready' | 'failed'>('idle');
  /** Of what is on its way, 0–1; counted only where somebody looks. */
  const share = ref(0);
  let turn = new AbortController();

  const release = (): void => {
    if (url.value) URL.revokeObjectURL(url.value);
    url.value = undefined;
  };

  async function load({ isCounted = false } = {}): Promise<string | undefined> {
    if (state.value === 'loading' || url.value) return url.value;
    const { fileId, mime, key } = source();
    const { signal } = (turn = new AbortController());
    state.value = 'loading';
    share.value = 0;
    try {
      const bytes = await fetchFile(dlgId, fileId, {
        signal,
        key,
        ...(isCounted && { heard: (now: number) => (share.value = now) }),
      });
      const type = await typeOf(bytes, mime, use);
      if (signal.aborted) return undefined;
      url.value = URL.createObjectURL(bytes.slice(0, bytes.size, type));
      state.value = 'ready';
    } catch (error) {
      if (!signal.aborted) state.value = isCancelled(error) ? 'idle' : 'failed';
    }
    return url.value;
  }

  function cancel(): void {
    turn.abort();
    state.value = 'idle';
  }

  // Once a picture of ours has gone up, the file behind it is another one; what is seen is the same.
  watch(
    () => source().fileId,
    async (fileId) => {
      cancel();
      const before = url.value;
      if (!before) return;
      if (keptFile(fileId)) {
        state.value = 'ready';
        return;
      }
      release();
      await load();
    },
  );

  onScopeDispose(() => {
    turn.abort();
    release();
  });
  return { url, state, share, load, cancel };
}

/**
 * The sender chose what it is called: nothing but a picture, sound or film may be opened in our origin as what it says
 * it is, and no picture that would take all memory.
 */
async function typeOf(bytes: Blob, mime: string, use: Use): Promise<string> {
  if (use === 'play' && played.test(mime.split(';')[0] ?? '')) return mime;
  if (use !== 'draw') return 'application/octet-stream';
  const head = pictureHead(new Uint8Array(await bytes.arrayBuffer()));
  if (!head || !isDrawn(head.mime) || isFlood(head)) throw new Error('not a picture that can be shown');
  return head.mime;
}
