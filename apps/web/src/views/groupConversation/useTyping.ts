import type { DlgId, UserId } from '@trialogue/protocol';
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue';

import { imApp } from '../../lib/im.ts';
import { onIm } from '../../lib/useIm.ts';

/** No key for so long: the writer has stopped. */
const IDLE_MS = 4_000;

/** Who of the others writes just now. Nothing of it is kept, and it may get lost. */
export function useWriters(dlgId: DlgId, me: UserId) {
  const writers = shallowRef<readonly UserId[]>([]);
  onIm('typing', ({ dlgId: where, userId, isTyping }) => {
    if (where !== dlgId || userId === me) return;
    const others = writers.value.filter((each) => each !== userId);
    writers.value = isTyping ? [...others, userId] : others;
  });
  return writers;
}

/** Tells the others that we write. @returns how to say that we have stopped */
export function useTyping(text: Readonly<Ref<string>>) {
  let idle: ReturnType<typeof setTimeout> | undefined;

  function tell(isTyping: boolean): void {
    clearTimeout(idle);
    // At every key: the SDK says it seldom enough.
    imApp.socket.typing(isTyping);
    if (isTyping) idle = setTimeout(stop, IDLE_MS);
  }
  const stop = () => tell(false);
  // Empty: sent, or all of it deleted.
  watch(text, (now) => tell(now.trim() !== ''));

  addEventListener('blur', stop);
  onScopeDispose(() => {
    removeEventListener('blur', stop);
    stop();
  });
  return stop;
}
