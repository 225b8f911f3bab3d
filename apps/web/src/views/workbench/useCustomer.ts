import type { DlgId } from '@trialogue/protocol';
import type { ClientApi, DataOf } from '@trialogue/protocol/api';
import { onScopeDispose, ref, shallowRef, watch } from 'vue';

import { getCustomer } from '../../http/api.ts';
import { isCancelled } from '../../http/refusal.ts';

export type Customer = DataOf<ClientApi['getCustomer']>;

const LOOK_MS = 15_000;

/** What the platform says of a conversation and its members, and who of them is here. */
export function useCustomer(dlgId: () => DlgId | undefined) {
  const customer = shallowRef<Customer>();
  const state = ref<'none' | 'loading' | 'ready' | 'failed'>('none');
  let turn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(): Promise<void> {
    turn += 1;
    const mine = turn;
    clearTimeout(timer);
    const of = dlgId();
    if (of === undefined) {
      state.value = 'none';
      return;
    }
    try {
      const told = await getCustomer(of);
      if (mine !== turn) return;
      customer.value = told;
      state.value = 'ready';
    } catch (error) {
      if (mine !== turn || isCancelled(error)) return;
      if (state.value === 'loading') state.value = 'failed';
    }
    if (mine === turn) timer = setTimeout(() => void load(), LOOK_MS);
  }
  watch(
    dlgId,
    () => {
      customer.value = undefined;
      state.value = 'loading';
      void load();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    turn += 1;
    clearTimeout(timer);
  });
  return { customer, state, load };
}
