import type { Message, Page, Seq } from '@trialogue/protocol';
import { onScopeDispose, ref, shallowRef } from 'vue';

import { getMsgPage } from '../../http/api.ts';
import { isCancelled } from '../../http/refusal.ts';
import { onIm } from '../../lib/useIm.ts';
import type { Conversation } from './conversation.ts';
import { lineOf, openLine } from './opening.ts';
import { begin, hole, nothingYet, prepend, reopened, take, type Line, type Timeline } from './timeline.ts';

const PAGE = 50;
const FILL = 200;
const PATIENCE_MS = 2_000;

/**
 * The messages of one conversation, oldest first, kept in step with the server for as long as the component lives.
 * History comes by HTTP, sealed; what is new comes through the SDK, in order. Where the two do not meet, the hole
 * is filled before anything behind it is shown.
 *
 * What the server no longer keeps is never skipped in silence (I17): the list then begins anew with what there is.
 * The same when an older log was restored (I18): a seq then means another message than before.
 */
export function useTimeline({ dlgId, dlgKey }: Pick<Conversation, 'dlgId' | 'dlgKey'>) {
  const timeline = shallowRef(nothingYet);
  const state = ref<'loading' | 'ready' | 'failed'>('loading');
  const older = ref<'more' | 'loading' | 'failed' | 'none'>('loading');
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
      const page = await getMsgPage(dlgId, { limit: PAGE });
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
    void load();
  }

  /** Whether an answer is of the log that we hold. If it is not, what we hold is of no more use. */
  function isSameLog({ logEpoch: next, head }: Pick<Page, 'logEpoch' | 'head'>): boolean {
    const isSame = logEpoch === undefined || logEpoch === next;
    logEpoch = next;
    if (!isSame) restoredAt.value = head;
    return isSame;
  }

  async function fetchOlder(): Promise<void> {
    const first = timeline.value.run[0]?.seq;
    if (first === undefined || older.value === 'loading' || anew) return;
    older.value = 'loading';
    try {
      const page = await getMsgPage(dlgId, { before: first, limit: PAGE });
      if (isGone || anew) return;
      if (!isSameLog(page)) return rebuild();
      timeline.value = prepend(timeline.value, opened(page.list));
      keptFrom.value = page.minSeq;
      older.value = page.hasMore ? 'more' : 'none';
    } catch (error) {
      if (!isGone && !isCancelled(error)) older.value = 'failed';
    }
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
    }
  }

  function add(lines: readonly Line[]): void {
    change((now) => take(now, lines));
    if (!anew && hole(timeline.value) !== undefined) setTimeout(() => void fill(0), PATIENCE_MS);
  }

  onIm('message', (message) => {
    if (message.dlgId === dlgId) add([lineOf(message, message.payload ?? { type: 'unopened', sealed: message })]);
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
  return { timeline, state, older, keptFrom, restoredAt, load, fetchOlder, add };
}
