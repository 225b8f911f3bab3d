import type { DlgId } from '@trialogue/protocol';
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue';

import { getDeskCounts, getDlgPage, getQueue } from '../../http/api.ts';
import { isCancelled } from '../../http/refusal.ts';
import { queued, type DeskRecord, type Filter, type Listed } from './listed.ts';

const PAGE = 100;
const SEARCH_PAUSE_MS = 300;
/** Several things that happen together are looked at once. */
const GATHER_MS = 400;
/** For whatever nobody told: another agent who took a conversation, a word that was lost. */
const POLL_MS = 10_000;
const POLL_HIDDEN_MS = 30_000;
const COUNT_EVERY_MS = 5_000;

/**
 * The conversations under one filter, kept in step with the server for as long as the component lives. What is on screen
 * stays there until what replaces it has come.
 */
export function useConversations(filter: Readonly<Ref<Filter>>, keyword: Readonly<Ref<string>>) {
  const rows = shallowRef<readonly Listed[]>([]);
  const total = ref(0);
  const state = ref<'loading' | 'ready' | 'failed'>('loading');
  /** What is shown may be old: the last look has failed. */
  const isStale = ref(false);
  const counts = ref<Partial<Record<Filter, number>>>({});
  /** Unread messages, of every conversation that was ever listed here. */
  const unread = shallowRef<ReadonlyMap<DlgId, number>>(new Map());
  let pages = 1;
  let turn = 0;
  let countedAt = 0;
  let gathering: ReturnType<typeof setTimeout> | undefined;
  let polling: ReturnType<typeof setTimeout> | undefined;
  let counting: ReturnType<typeof setTimeout> | undefined;

  async function page(of: Filter, at: number, size: number): Promise<{ list: Listed[]; total: number }> {
    const query = { page: at, size };
    if (of === 'queue') {
      const answer = await getQueue(query);
      return { ...answer, list: answer.list.map(queued) };
    }
    const words = keyword.value.trim().slice(0, 100);
    return getDlgPage({ ...query, ...(of !== 'all' && { filter: of }), ...(words && { keyword: words }) });
  }

  async function look(): Promise<void> {
    clearTimeout(gathering);
    gathering = undefined;
    turn += 1;
    const mine = turn;
    try {
      const found = await Promise.all(Array.from({ length: pages }, (_, at) => page(filter.value, at + 1, PAGE)));
      if (mine !== turn) return;
      // Between two pages one conversation may have moved from the one to the other.
      const once = new Map(found.flatMap(({ list }) => list).map((row) => [row.dlgId, row]));
      rows.value = [...once.values()];
      total.value = found.at(-1)?.total ?? 0;
      unread.value = new Map([...unread.value, ...rows.value.map((row) => [row.dlgId, row.unread] as const)]);
      state.value = 'ready';
      isStale.value = false;
      if (keyword.value.trim() === '') counts.value = { ...counts.value, [filter.value]: total.value };
      void count();
    } catch (error) {
      if (mine !== turn || isCancelled(error)) return;
      if (state.value === 'loading') state.value = 'failed';
      isStale.value = true;
    } finally {
      if (mine === turn) pollAgain();
    }
  }

  /** At most so often, however fast an agent is; and then once more, so that the last change is counted too. */
  async function count(): Promise<void> {
    const waitMs = countedAt + COUNT_EVERY_MS - Date.now();
    if (waitMs > 0) {
      counting ??= setTimeout(() => void count(), waitMs);
      return;
    }
    clearTimeout(counting);
    counting = undefined;
    countedAt = Date.now();
    try {
      counts.value = await getDeskCounts();
    } catch {
      // Those that are shown are nearly right; the next look counts again.
    }
  }

  const lookSoon = () => void (gathering ??= setTimeout(() => void look(), GATHER_MS));
  function pollAgain(): void {
    clearTimeout(polling);
    polling = setTimeout(() => void look(), document.hidden ? POLL_HIDDEN_MS : POLL_MS);
  }
  function startOver(): void {
    pages = 1;
    rows.value = [];
    state.value = 'loading';
    void look();
  }
  watch(filter, startOver);
  let typed: ReturnType<typeof setTimeout> | undefined;
  watch(keyword, () => {
    clearTimeout(typed);
    typed = setTimeout(() => {
      pages = 1;
      void look();
    }, SEARCH_PAUSE_MS);
  });

  const wake = () => {
    if (!document.hidden) void look();
  };
  addEventListener('online', wake);
  document.addEventListener('visibilitychange', wake);
  onScopeDispose(() => {
    turn += 1;
    for (const timer of [gathering, polling, counting, typed]) clearTimeout(timer);
    removeEventListener('online', wake);
    document.removeEventListener('visibilitychange', wake);
  });

  return {
    rows,
    total,
    state,
    isStale,
    counts,
    unread,
    unreadInAll: computed(() => [...unread.value.values()].reduce((sum, each) => sum + each, 0)),
    hasMore: computed(() => rows.value.length < total.value),
    look,
    lookSoon,
    retry: startOver,
    more(): void {
      if (pages * PAGE >= total.value) return;
      pages += 1;
      void look();
    },
    /** Said by the frame, which hears it at once. */
    setUnread: (dlgId: DlgId, now: number) => void (unread.value = new Map(unread.value).set(dlgId, now)),
    /** It is no longer what it was listed as. */
    drop(dlgId: DlgId): void {
      rows.value = rows.value.filter((row) => row.dlgId !== dlgId);
      void look();
    },
    /** What the server has just answered about one of them. */
    setDesk(dlgId: DlgId, desk: DeskRecord): void {
      rows.value = rows.value.map((row) => (row.dlgId === dlgId ? { ...row, desk } : row));
      lookSoon();
    },
  };
}
