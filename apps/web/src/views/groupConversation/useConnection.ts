import { onScopeDispose, ref } from 'vue';

import { imApp } from '../../lib/im.ts';
import { onIm } from '../../lib/useIm.ts';
import { isForGood, troubleOf, type Trouble } from './trouble.ts';

const PATIENCE_MS = 2_000;
const RELIEF_MS = 1_500;
/** Tries after which what the server said when it went explains nothing any more. */
const MANY = 5;

/**
 * What to tell about the connection: nothing for the first two seconds, then that it is gone and why, and shortly that
 * it is back. Most breaks are over before anybody needs to know.
 *
 *   fine ── lost, 2 s ──► down ── live ──► back ── 1.5 s ──► fine
 */
export function useConnection() {
  const mood = ref<'fine' | 'down' | 'back'>('fine');
  const trouble = ref<Trouble>('lost');
  /** Which try to connect this is; none while nothing is tried. */
  const attempt = ref(0);
  const isLive = ref(imApp.socket.getState());
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isDown = false;

  const after = (ms: number, next: typeof mood.value) => {
    clearTimeout(timer);
    timer = setTimeout(() => (mood.value = next), ms);
  };
  onIm('state', ({ name }) => {
    isLive.value = name === 'live';
    // Closed by ourselves: nobody waits for it.
    if (name === 'idle') {
      clearTimeout(timer);
      isDown = false;
      mood.value = 'fine';
    } else if (name !== 'live') {
      if (!isDown) after(PATIENCE_MS, 'down');
      isDown = true;
    } else if (isDown) {
      isDown = false;
      clearTimeout(timer);
      attempt.value = 0;
      trouble.value = 'lost';
      if (mood.value !== 'down') return;
      mood.value = 'back';
      after(RELIEF_MS, 'fine');
    }
  });
  onIm('close', (close) => (trouble.value = troubleOf(close)));
  onIm('reconnect', (next) => {
    attempt.value = next.attempt;
    if (next.reason === 'auth') trouble.value = 'signIn';
    else if (next.attempt > MANY && trouble.value !== 'busy') trouble.value = 'lost';
  });

  const isOffline = ref(!navigator.onLine);
  const look = (event: Event) => {
    isOffline.value = event.type === 'offline';
    // Nothing comes through a socket of the network that is gone, and its end is heard of only much later.
    if (isOffline.value && imApp.socket.getState()) imApp.socket.reconnect();
  };
  for (const type of ['online', 'offline']) addEventListener(type, look);
  onScopeDispose(() => {
    clearTimeout(timer);
    for (const type of ['online', 'offline']) removeEventListener(type, look);
  });
  return {
    mood,
    isLive,
    attempt,
    trouble: () => (isOffline.value && !isForGood(trouble.value) ? 'offline' : trouble.value),
  };
}
