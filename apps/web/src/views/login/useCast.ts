import type { User } from '@trialogue/protocol/api';
import { ref, shallowRef } from 'vue';

import { getCast, getConfig } from '../../http/api.ts';
import { isCancelled } from '../../http/refusal.ts';

/** The people of the demo platform; `off` where there is none. */
export function useCast() {
  const cast = shallowRef<readonly User[]>([]);
  const state = ref<'loading' | 'ready' | 'off' | 'failed'>('loading');

  async function load(): Promise<void> {
    state.value = 'loading';
    try {
      const { demo } = await getConfig();
      if (demo) cast.value = (await getCast()).list;
      state.value = demo ? 'ready' : 'off';
    } catch (error) {
      if (!isCancelled(error)) state.value = 'failed';
    }
  }
  void load();
  return { cast, state, load };
}
