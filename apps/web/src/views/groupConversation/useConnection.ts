import { onScopeDispose, ref } from 'vue';

import { onIm } from '../../lib/useIm.ts';

const PATIENCE_MS = 2_000;
const RELIEF_MS = 1_500;

/**
 * What to tell about the connection: nothing for the first two seconds, then that it is gone, and shortly that it is
 * back. Most breaks are over before anybody needs to know.
 *
 *   fine ── lost, 2 s ──► lost ── live ──► back ── 1.5 s ──► fine
 */
export function useConnection() {
  const banner = ref<'fine' | 'lost' | 'back'>('fine');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isDown = false;

  const after = (ms: number, next: typeof banner.value) => {
    clearTimeout(timer);
    timer = setTimeout(() => (banner.value = next), ms);
  };
  const down = () => {
    if (isDown) return;
    isDown = true;
    after(PATIENCE_MS, 'lost');
  };

  onIm('state', ({ name }) => {
    if (name !== 'live') return down();
    if (!isDown) return;
    isDown = false;
    clearTimeout(timer);
    if (banner.value !== 'lost') return;
    banner.value = 'back';
    after(RELIEF_MS, 'fine');
  });
  onScopeDispose(() => clearTimeout(timer));
  return { banner };
}
