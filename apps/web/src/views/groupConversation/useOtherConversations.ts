import { onMounted, ref } from 'vue';

import { getDlgPage } from '../../http/api.ts';
import { whenIdle } from '../../lib/idle.ts';

/** Whether the reader is in more than this one conversation. Asked when there is nothing else to do. */
export function useOtherConversations() {
  const areThere = ref(false);
  async function look(): Promise<void> {
    try {
      const { list } = await getDlgPage({ size: 2 }, { keepSession: true });
      areThere.value = list.length > 1;
    } catch {
      // Without it one cannot forward; everything else goes on.
    }
  }
  onMounted(() => whenIdle(() => void look()));
  return areThere;
}
