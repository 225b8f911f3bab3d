import type { UserId } from '@trialogue/protocol';
import { onScopeDispose, ref } from 'vue';

import { t } from '../../utils/i18n/index.ts';
import { personOf, type People } from './people.ts';
import type { Entry } from './rows.ts';
import { summary } from './summary.ts';

const AT_MOST_EVERY_MS = 1000;

/**
 * Says new messages of others aloud, at most once a second. The list itself is quiet: its rows come and go as one
 * scrolls, and would be read out again and again.
 */
export function useAnnouncer(me: () => UserId, people: () => People) {
  const spoken = ref('');
  let toSay: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(timer));

  function say(words: string[]): void {
    toSay.push(...words);
    if (toSay.length === 0) return;
    timer ??= setTimeout(() => {
      spoken.value = toSay.join('\n');
      toSay = [];
      timer = undefined;
    }, AT_MOST_EVERY_MS);
  }

  return {
    spoken,
    announce(fresh: readonly Entry[], failed: readonly Entry[]): void {
      const nameOf = (userId: string) => personOf(people(), userId as UserId).name;
      const heard = fresh.filter(({ fromuid }) => fromuid !== me());
      say([
        ...heard.map(({ fromuid, said }) => `${nameOf(fromuid)}: ${summary(said, nameOf)}`),
        ...failed.map(({ said }) => `${t('failed')}: ${summary(said, nameOf)}`),
      ]);
    },
  };
}
