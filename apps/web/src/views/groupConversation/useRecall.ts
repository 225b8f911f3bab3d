import type { DlgId, Instant } from '@trialogue/protocol';
import { ref } from 'vue';

import type { Entry } from '../../components/ChatList/rows.ts';
import { recallMsg } from '../../http/api.ts';
import { ApiRefused, isCancelled } from '../../http/refusal.ts';
import { refusalWords, t } from '../../utils/i18n/index.ts';

const EDIT_AGAIN_MS = 5 * 60_000;

/** Takes back own messages, and remembers a text for a while so that it can be written better. */
export function useRecall(dlgId: DlgId, warn: (text: string) => void) {
  const texts = ref(new Map<string, { text: string; at: Instant }>());

  return {
    async recall({ key, seq, said }: Entry): Promise<void> {
      if (seq === undefined) return;
      try {
        await recallMsg(dlgId, seq);
        if (said.type === 'text') texts.value.set(key, { text: said.text, at: Date.now() });
      } catch (error) {
        if (isCancelled(error)) return;
        warn(error instanceof ApiRefused ? refusalWords(error.error) : t('networkFailed'));
      }
    },
    recalledText({ key, recalled }: Entry): string | undefined {
      const kept = texts.value.get(key);
      return recalled && kept && Date.now() - kept.at < EDIT_AGAIN_MS ? kept.text : undefined;
    },
  };
}
