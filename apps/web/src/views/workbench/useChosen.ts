import type { DlgId } from '@trialogue/protocol';
import { computed, shallowRef, watch, type Ref } from 'vue';

import { shopperOf, shownRows, type DeskRecord, type Listed } from './listed.ts';

/** The conversation that the agent has chosen, as it was last seen: it may leave the filter, but not the desk. */
export function useChosen(found: Readonly<Ref<readonly Listed[]>>, keyword: Readonly<Ref<string>>) {
  const kept = shallowRef<Listed>();
  const current = computed(() => found.value.find(({ dlgId }) => dlgId === kept.value?.dlgId) ?? kept.value);
  watch(current, (row) => (kept.value = row));

  return {
    current,
    dlgId: computed(() => kept.value?.dlgId),
    /** Of those that can be read: one from the queue has to be accepted first. */
    readable: computed(() => (current.value && !current.value.isQueued ? current.value.dlgId : undefined)),
    /** The list with it. Who looks for words wants to see what has them, and nothing else. */
    rows: computed(() => shownRows(found.value, keyword.value.trim() === '' ? current.value : undefined)),
    /** Other conversations of its shopper, newest first. */
    sameShopper: computed(() => {
      const shopper = current.value && shopperOf(current.value)?.userId;
      if (!shopper) return [];
      return found.value
        .filter((row) => row.dlgId !== kept.value?.dlgId && shopperOf(row)?.userId === shopper)
        .toSorted((one, other) => other.updatedAt - one.updatedAt);
    }),
    choose: (row: Listed | undefined): void => void (kept.value = row),
    /** What the server has just answered about it. */
    setDesk(dlgId: DlgId, desk: DeskRecord): void {
      if (kept.value?.dlgId === dlgId) kept.value = { ...kept.value, desk };
    },
    /** It was taken from the queue: it can be read from now on. */
    accepted(row: Listed): void {
      kept.value = { ...row, ...kept.value, isQueued: false };
    },
  };
}
