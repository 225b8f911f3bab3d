import type { Seq, UserId } from '@trialogue/protocol';
import { computed, watch, type ComputedRef, type ShallowRef } from 'vue';

import type { Entry } from '../../components/ChatList/rows.ts';
import { createFolding, withPending, type Shown } from './entries.ts';
import type { Timeline } from './timeline.ts';
import type { useOutbox } from './useOutbox.ts';

/** What the list shows: the log with all that is about its messages put in place, then what is still on its way. */
export function useRows(
  me: UserId,
  main: Readonly<ShallowRef<Timeline>>,
  aside: Readonly<ShallowRef<Timeline | undefined>>,
  outbox: Pick<ReturnType<typeof useOutbox>, 'pending' | 'settle'>,
): {
  entries: ComputedRef<readonly Entry[]>;
  /** The same at the end of the conversation, wherever one has jumped to. */
  newestEntries: ComputedRef<readonly Entry[]>;
  /** The same without what is on its way. */
  stored: ComputedRef<Shown>;
  at: (seq: Seq) => Entry | undefined;
} {
  const fold = createFolding(me);
  const stored = computed(() => fold(main.value.run));
  const apart = computed(() => aside.value && createFolding(me, stored.value.about)(aside.value.run));
  const newestEntries = computed(() => withPending(stored.value, outbox.pending.value, me));
  const entries = computed(() => apart.value?.rows ?? newestEntries.value);

  watch(stored, ({ hasOwn }) => {
    const arrived = outbox.pending.value.filter(({ clientMsgId }) => hasOwn(clientMsgId));
    if (arrived.length > 0) outbox.settle(new Set(arrived.map(({ clientMsgId }) => clientMsgId)));
  });
  return { entries, newestEntries, stored, at: (seq) => stored.value.at(seq) ?? apart.value?.at(seq) };
}
