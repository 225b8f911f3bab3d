import type { DlgId, Instant } from '@trialogue/protocol';
import { shallowReactive } from 'vue';

import type { Entry } from '../../components/ChatList/rows.ts';
import { recallMsg } from '../../http/api.ts';
import { failureWords } from '../../http/failureWords.ts';
import { isCancelled } from '../../http/refusal.ts';
import type { Draft } from '../../utils/draft.ts';

const EDIT_AGAIN_MS = 5 * 60_000;

/** Takes back own messages, and remembers what a text said for a while, so that it can be said better. */
export function useRecall(dlgId: DlgId, warn: (text: string) => void) {
  const drafts = shallowReactive(new Map<string, { draft: Draft; at: Instant }>());

  return {
    async recall({ key, seq, said }: Entry): Promise<void> {
      if (seq === undefined) return;
      try {
        await recallMsg(dlgId, seq);
        if (said.type !== 'text') return;
        const { text, quote, mentions = [] } = said;
        drafts.set(key, { draft: { text, quote, mentions }, at: Date.now() });
      } catch (error) {
        if (isCancelled(error)) return;
        warn(failureWords(error));
      }
    },
    /** What a recalled message said, as long as it may be written again. */
    recalledDraft({ key, recalled }: Entry, now: Instant = Date.now()): Draft | undefined {
      const kept = drafts.get(key);
      return recalled && kept && now - kept.at < EDIT_AGAIN_MS ? kept.draft : undefined;
    },
  };
}
