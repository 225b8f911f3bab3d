import type { DlgId, UserId } from '@trialogue/protocol';
import { onScopeDispose, watch, type Ref } from 'vue';

import { whenIdle } from '../../lib/idle.ts';
import type { Attention } from './attention.ts';

export interface Subject {
  dlgId: DlgId;
  me: UserId;
  name: string;
}

/** Calls the reader back to this page when something is said while they look elsewhere. All of that can come late. */
export function useAttention(subject: Readonly<Ref<Subject | undefined>>) {
  let attention: Attention | undefined;
  let unread = 0;

  watch(
    subject,
    (now, _, onCleanup) => {
      if (!now) return;
      let isOver = false;
      whenIdle(() => {
        if (isOver) return;
        void import('./attention.ts').then(
          ({ callBack }) => {
            if (isOver) return;
            attention = callBack(now);
            attention.unread(unread);
          },
          // A page without a number in its title is still a page.
          () => undefined,
        );
      });
      onCleanup(() => {
        isOver = true;
        attention?.close();
        attention = undefined;
      });
    },
    { immediate: true },
  );
  onScopeDispose(() => attention?.close());
  return {
    unread(count: number): void {
      unread = count;
      attention?.unread(count);
    },
  };
}
