import type { Seq, UserId } from '@trialogue/protocol';
import { computed, type ComputedRef } from 'vue';

import { namesMe } from '../../components/ChatList/mentions.ts';
import type { Shown } from './entries.ts';

/** What names the reader and was not read when the conversation was opened, as far as it is here. Oldest first. */
export const useMentions = (stored: Readonly<ComputedRef<Shown>>, me: UserId, readBefore: Seq): ComputedRef<Seq[]> =>
  computed(() => {
    const found: Seq[] = [];
    const { rows } = stored.value;
    for (let at = rows.length - 1; at >= 0; at--) {
      const row = rows[at];
      if (!row || row.seq <= readBefore) break;
      if (namesMe(row, me)) found.unshift(row.seq);
    }
    return found;
  });
