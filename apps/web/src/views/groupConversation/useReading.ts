import type { Seq } from '@trialogue/protocol';
import { onScopeDispose, ref, watch } from 'vue';

import { imApp } from '../../lib/im.ts';

/**
 * Marks as read what is in sight: the end of the list, in a window that is looked at.
 * The SDK tells the server, seldom enough.
 */
export function useReading(newest: () => Seq, readBefore: Seq) {
  const isAtEnd = ref(false);
  const isLooking = ref(isLookedAt());
  const readSeq = ref(readBefore);

  const look = () => (isLooking.value = isLookedAt());
  const events = ['visibilitychange', 'focus', 'blur'] as const;
  for (const event of events) addEventListener(event, look, true);
  onScopeDispose(() => {
    for (const event of events) removeEventListener(event, look, true);
  });

  watch([isAtEnd, isLooking, newest], ([atEnd, looking, seq]) => {
    if (!atEnd || !looking || seq <= readSeq.value) return;
    readSeq.value = seq;
    imApp.socket.markRead(seq);
  });
  return { isAtEnd, readSeq };
}

const isLookedAt = (): boolean => document.visibilityState === 'visible';
