import type { DlgId } from '@trialogue/protocol';
import type { ServiceCall } from '@trialogue/protocol/api';
import { computed, onScopeDispose, shallowRef, watch } from 'vue';

import { getService, visitConversation } from '../../http/api.ts';
import { whenIdle } from '../../lib/idle.ts';
import { onIm } from '../../lib/useIm.ts';
import type { Entry } from '../ChatList/rows.ts';
import type { ServiceState } from '../Editor/serviceCall.ts';

/** The place in the queue changes with the calls of others, of which nobody tells us. */
const ASK_MS = 10_000;

type Told = Pick<Entry, 'seq' | 'said'>;

/**
 * What a shopper has to do with customer service: says that they have come, so that they can be greeted, and knows where
 * their call stands for as long as they look.
 *
 * @param told the newest entries of the conversation
 * @param service what these tell of customer service
 */
export function useServiceCall(dlgId: DlgId, told: () => readonly Told[], service: () => ServiceState) {
  const call = shallowRef<ServiceCall>();
  let hasVisited = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;

  /** Who has not looked has not come. */
  async function visit(): Promise<void> {
    if (document.hidden || hasVisited) return;
    hasVisited = true;
    try {
      await visitConversation(dlgId);
    } catch {
      hasVisited = false; // Once there is a connection again.
    }
  }

  async function ask(): Promise<void> {
    clearTimeout(timer);
    turn += 1;
    const mine = turn;
    if (service() !== 'called' || document.hidden) return;
    try {
      const answer = await getService(dlgId);
      if (mine === turn) call.value = answer;
    } catch {
      // What was known stays on screen; the next answer is not far.
    }
    if (mine === turn) timer = setTimeout(() => void ask(), ASK_MS);
  }

  const onSight = () => {
    if (document.hidden) return;
    void visit();
    void ask();
  };
  document.addEventListener('visibilitychange', onSight);
  onIm('opened', (event) => {
    if (event.dlgId === dlgId) void visit();
  });
  whenIdle(() => void visit());
  /** A word into what was closed begins another session, which is greeted too. */
  watch(
    () => told().findLast(({ said }) => said.type === 'system' && said.event === 'reopened')?.seq,
    (now, before) => {
      if (now === undefined || now === before) return;
      hasVisited = false;
      void visit();
    },
  );
  watch(
    service,
    (now) => {
      if (now !== 'called') call.value = undefined;
      void ask();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    turn += 1;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', onSight);
  });

  return {
    /** What is known of the call; nothing yet right after it was made. */
    call,
    isWaiting: computed(() => service() === 'called' && call.value?.calledAt !== null),
  };
}
