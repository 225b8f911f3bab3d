import type { DlgId, Message, Page, Seq } from '@trialogue/protocol';
import { ref, shallowRef, type ShallowRef } from 'vue';

import { getMsgPage } from '../../http/api.ts';
import { isCancelled } from '../../http/refusal.ts';
import { begin, nothingYet, prepend, take, type Line, type Timeline } from './timeline.ts';

const AROUND = 25;
const PAGE = 50;

export type Reach = 'more' | 'loading' | 'failed' | 'none';

/**
 * A stretch of the log apart from its end, where somebody has jumped to: the thousands of messages between are not
 * fetched for that. Read on far enough in either direction, and the two become one.
 *
 *   log   [ 1 …… aside …… ]        [ …… main run …… head ]
 */
export function useAside(
  dlgId: DlgId,
  main: ShallowRef<Timeline>,
  opened: (list: readonly Message[]) => Line[],
  { isSameLog, joined }: { isSameLog: (page: Page) => boolean; joined: (older: Reach) => void },
) {
  const aside = shallowRef<Timeline>();
  const older = ref<Reach>('none');
  const newer = ref<Reach>('none');
  /** One more each time that another stretch is looked at. */
  let visit = 0;
  const mainStart = (): Seq => main.value.run[0]?.seq ?? Number.MAX_SAFE_INTEGER;

  function leave(): void {
    visit += 1;
    aside.value = undefined;
    newer.value = 'none';
  }

  /** Whether the two could be joined: they touch, or overlap. */
  function join(): boolean {
    const run = aside.value?.run ?? [];
    if ((run.at(-1)?.seq ?? 0) < mainStart() - 1) return false;
    main.value = prepend(main.value, run);
    joined(older.value);
    leave();
    return true;
  }

  /** Asks for a page in place of what is there. What came of a question that is no longer of interest is dropped. */
  async function ask(
    side: typeof older,
    query: Parameters<typeof getMsgPage>[1],
    use: (page: Page) => void,
  ): Promise<void> {
    if (side.value === 'loading') return;
    const then = visit;
    side.value = 'loading';
    try {
      const page = await getMsgPage(dlgId, query);
      if (visit !== then) return;
      if (!isSameLog(page)) return leave();
      use(page);
    } catch (error) {
      if (visit === then && !isCancelled(error)) side.value = 'failed';
    }
  }

  return {
    aside,
    older,
    newer,
    leave,
    /** Goes to the neighbourhood of one message. */
    async goTo(seq: Seq): Promise<boolean> {
      try {
        const page = await getMsgPage(dlgId, { before: seq + AROUND, limit: PAGE });
        if (!isSameLog(page)) return false;
        const lines = opened(page.list);
        if (!lines.some((line) => line.seq === seq)) return false;
        visit += 1;
        aside.value = begin(nothingYet, lines, page.head);
        older.value = page.hasMore ? 'more' : 'none';
        newer.value = 'more';
        join();
        return true;
      } catch {
        return false;
      }
    },
    fetchOlder: () =>
      ask(older, { before: aside.value?.run[0]?.seq ?? 1, limit: PAGE }, (page) => {
        if (!aside.value) return;
        aside.value = prepend(aside.value, opened(page.list));
        older.value = page.hasMore ? 'more' : 'none';
      }),
    fetchNewer: () =>
      ask(newer, { after: (aside.value?.next ?? 1) - 1, limit: PAGE }, (page) => {
        if (!aside.value) return;
        aside.value = take(aside.value, opened(page.list));
        if (!join()) newer.value = 'more';
      }),
  };
}
