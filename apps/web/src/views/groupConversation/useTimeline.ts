import { asPayload, type Message, type Page, type Seq } from '@trialogue/protocol';
import { onScopeDispose, ref, shallowRef } from 'vue';

import { getMsgPage } from '../../http/api.ts';
import { isCancelled } from '../../http/refusal.ts';
import { onIm } from '../../lib/useIm.ts';
import type { Conversation } from './conversation.ts';
import { FILL, firstPage, PAGE, type Marks } from './firstPage.ts';
import { lineOf, openLine } from './opening.ts';
import { begin, hole, nothingYet, prepend, reopened, take, type Line, type Timeline } from './timeline.ts';
import { useAside, type Reach } from './useAside.ts';

const PATIENCE_MS = 2_000;

/**
 * The messages of one conversation, oldest first, kept in step with the server for as long as the component lives.
 * History comes by HTTP, sealed; what is new comes through the SDK, in order. Where the two do not meet, the hole
 * is filled before anything behind it is shown.
 *
 * What the server no longer keeps is never skipped in silence (I17): the list then begins anew with what there is.
 * The same when an older log was restored (I18): a seq then means another message than before.
 */
export function useTimeline({ dlgId, dlgKey, ...marks }: Pick<Conversation, 'dlgId' | 'dlgKey'> & Partial<Marks>) {
  const timeline = shallowRef(nothingYet);
  const state = ref<'loading' | 'ready' | 'failed'>('loading');
  const older = ref<Reach>('loading');
  /** Something is missing before what came last, and has been for a while. */
  const isGapped = ref(false);
  /** The lowest seq that the server keeps. */
  const keptFrom = ref<Seq>(1);
  const restoredAt = ref<Seq>();
  let logEpoch: string | undefined;
  /** A list that is being built behind the one that is still shown. */
  let anew: Timeline | undefined;
  let key = dlgKey;
  let isGone = false;
  onScopeDispose(() => (isGone = true));

  const openOne = (message: Message): Line => openLine(message, dlgId, key);
  const opened = (list: readonly Message[]): Line[] => list.map(openOne);
  const change = (to: (now: Timeline) => Timeline): void => {
    if (anew) anew = to(anew);
    else timeline.value = to(timeline.value);
  };

  async function load(): Promise<void> {
    if (state.value === 'failed') state.value = 'loading';
    try {
      const page = await getMsgPage(dlgId, { limit: firstPage(marks) });
      if (isGone) return;
      if (!isSameLog(page)) anew ??= nothingYet;
      const now = begin(anew ?? timeline.value, opened(page.list), page.head);
      anew = undefined;
      timeline.value = now;
      keptFrom.value = page.minSeq;
      older.value = page.hasMore ? 'more' : 'none';
      state.value = 'ready';
      void fill(0);
    } catch (error) {
      if (!isGone && !isCancelled(error)) state.value = 'failed';
    }
  }

  /** Begins again with the newest page; a page that is on its way is not waited for. What is shown stays until then. */
  function rebuild(): void {
    anew = nothingYet;
    away.leave();
    void load();
  }

  /** Whether an answer is of the log that we hold. If it is not, what we hold is of no more use. */
  function isSameLog({ logEpoch: next, head }: Pick<Page, 'logEpoch' | 'head'>): boolean {
    const isSame = logEpoch === undefined || logEpoch === next;
    logEpoch = next;
    if (!isSame) restoredAt.value = head;
    return isSame;
  }

  const away = useAside(dlgId, timeline, opened, {
    isSameLog(page) {
      const isSame = isSameLog(page);
      if (!isSame) rebuild();
      return isSame;
    },
    joined: (reach) => (older.value = reach),
  });

  /** One more page before the first message. */
  async function fetchOlder(limit = PAGE): Promise<void> {
    if (away.aside.value) return away.fetchOlder();
    const first = timeline.value.run[0]?.seq;
    if (first === undefined || older.value === 'loading' || anew) return;
    older.value = 'loading';
    try {
      const page = await getMsgPage(dlgId, { before: first, limit });
      if (isGone || anew) return;
      if (!isSameLog(page)) return rebuild();
      timeline.value = prepend(timeline.value, opened(page.list));
      keptFrom.value = page.minSeq;
      older.value = page.hasMore ? 'more' : 'none';
    } catch (error) {
      if (!isGone && !isCancelled(error)) older.value = 'failed';
    }
  }

  /** Makes sure that a message is at hand. Not far off, what is between is fetched too. */
  async function reach(seq: Seq): Promise<boolean> {
    const start = timeline.value.run[0]?.seq ?? 1;
    if (seq >= start) away.leave();
    else if (away.aside.value?.run.some((line) => line.seq === seq)) return true;
    else if (start - seq > FILL) return away.goTo(seq);
    else {
      away.leave();
      await fetchOlder(Math.min(FILL, start - seq + PAGE / 2));
    }
    return (timeline.value.run[0]?.seq ?? 1) <= seq;
  }

  /** Fetches what is between the run and `head`, or what came early. */
  let isFilling = false;
  async function fill(head: Seq): Promise<void> {
    const isBehind = () => {
      const { next } = timeline.value;
      return next !== undefined && (next <= head || hole(timeline.value) !== undefined);
    };
    if (isFilling) return;
    isFilling = true;
    const patience = setTimeout(() => (isGapped.value = true), PATIENCE_MS);
    try {
      while (!isGone && !anew && isBehind()) {
        const before = timeline.value.next;
        const page = await getMsgPage(dlgId, { after: (before ?? 1) - 1, limit: FILL });
        if (isGone || anew) return;
        if (!isSameLog(page) || page.reset) return rebuild();
        timeline.value = take(timeline.value, opened(page.list));
        if (timeline.value.next === before) return;
      }
    } catch {
      // The next message, or the next `opened`, shows again what is missing.
    } finally {
      isFilling = false;
      clearTimeout(patience);
      isGapped.value = hole(timeline.value) !== undefined;
    }
  }

  function add(lines: readonly Line[]): void {
    change((now) => take(now, lines));
    if (anew) return;
    if (hole(timeline.value) === undefined) isGapped.value = false;
    else setTimeout(gapped, PATIENCE_MS);
  }

  /** The SDK has not closed it by itself. */
  function gapped(): void {
    if (isGone || hole(timeline.value) === undefined) return;
    isGapped.value = true;
    void fill(0);
  }

  onIm('message', (message) => {
    if (message.dlgId !== dlgId) return;
    add([lineOf(message, message.payload ? asPayload(message.payload) : { type: 'unopened', sealed: message })]);
  });
  onIm('opened', (event) => {
    if (event.dlgId !== dlgId) return;
    if (state.value === 'failed') void load();
    else if (!isSameLog(event)) rebuild();
    else void fill(event.head);
  });
  onIm('reset', (event) => {
    if (event.dlgId === dlgId) rebuild();
  });
  onIm('key', (event) => {
    if (event.dlgId !== dlgId) return;
    key = event.dlgKey;
    change((now) => reopened(now, openOne));
  });

  void load();
  return {
    timeline,
    state,
    older,
    keptFrom,
    restoredAt,
    isGapped,
    load,
    fetchOlder,
    add,
    reach,
    away,
  };
}
