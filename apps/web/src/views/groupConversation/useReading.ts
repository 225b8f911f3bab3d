import type { Seq } from '@trialogue/protocol';
import { onScopeDispose, ref, watch } from 'vue';

import { imApp } from '../../lib/im.ts';

/**
 * Marks as read what has been in sight, in a window that is looked at: up to the last row of which half could be seen,
 * and all of it at the end of the list. The SDK tells the server, seldom enough.
 */
export function useReading(newest: () => Seq, readBefore: Seq) {
  const isAtEnd = ref(false);
  const seenSeq = ref<Seq>(0);
  const isLooking = ref(isLookedAt());
  const readSeq = ref(readBefore);

  const look = () => (isLooking.value = isLookedAt());
  // A frame that its page hides becomes nothing high.
  const events = ['visibilitychange', 'focus', 'blur', 'resize'] as const;
  for (const event of events) addEventListener(event, look, true);
  onScopeDispose(() => {
    for (const event of events) removeEventListener(event, look, true);
  });

  watch([isAtEnd, isLooking, seenSeq, newest], ([atEnd, looking, seen, last]) => {
    const seq = atEnd ? last : Math.min(seen, last);
    if (!looking || seq <= readSeq.value) return;
    readSeq.value = seq;
    imApp.socket.markRead(seq);
  });
  return { isAtEnd, seenSeq, readSeq };
}

const isLookedAt = (): boolean => document.visibilityState === 'visible' && innerHeight > 0;
