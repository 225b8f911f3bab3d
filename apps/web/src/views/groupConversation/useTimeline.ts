import type { Message, Seq } from '@trialogue/protocol';
import { onScopeDispose, ref, shallowRef } from 'vue';

import { getMsgPage } from '../../http/api.ts';
import { isCancelled } from '../../http/refusal.ts';
import { onIm } from '../../lib/useIm.ts';
import type { Conversation } from './conversation.ts';
import { lineOf, openLine } from './opening.ts';
import { begin, hole, nothingYet, prepend, reopened, take, type Line } from './timeline.ts';

const PAGE = 50;
const FILL = 200;
const PATIENCE_MS = 2_000;

/**
 * The messages of one conversation, oldest first, kept in step with the server for as long as the component lives.
 * History comes by HTTP, sealed; what is new comes through the SDK, in order. Where the two do not meet, the hole
 * is filled before anything behind it is shown.
 */
export function useTimeline({ dlgId, dlgKey }: Pick<Conversation, 'dlgId' | 'dlgKey'>) {
  const timeline = shallowRef(nothingYet);
  const state = ref<'loading' | 'ready' | 'failed'>('loading');
  const older = ref<'more' | 'loading' | 'failed' | 'none'>('loading');
  let key = dlgKey;
  let isGone = false;
  onScopeDispose(() => (isGone = true));

  const openOne = (message: Message): Line => openLine(message, dlgId, key);
  const opened = (list: readonly Message[]): Line[] => list.map(openOne);

  async function load(): Promise<void> {
    state.value = 'loading';
    try {
      const page = await getMsgPage(dlgId, { limit: PAGE });
      if (isGone) return;
      timeline.value = begin(timeline.value, opened(page.list), page.head);
      older.value = page.hasMore ? 'more' : 'none';
      state.value = 'ready';
      void fill(0);
    } catch (error) {
      if (!isGone && !isCancelled(error)) state.value = 'failed';
    }
  }

  async function fetchOlder(): Promise<void> {
    const first = timeline.value.run[0]?.seq;
    if (first === undefined || older.value === 'loading') return;
    older.value = 'loading';
    try {
      const page = await getMsgPage(dlgId, { before: first, limit: PAGE });
      if (isGone) return;
      timeline.value = prepend(timeline.value, opened(page.list));
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
      while (!isGone && isBehind()) {
        const before = timeline.value.next;
        const page = await getMsgPage(dlgId, { after: (before ?? 1) - 1, limit: FILL });
        if (isGone) return;
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
    timeline.value = take(timeline.value, lines);
    if (hole(timeline.value) !== undefined) setTimeout(() => void fill(0), PATIENCE_MS);
  }

  onIm('message', (message) => {
    if (message.dlgId === dlgId) add([lineOf(message, message.payload ?? { type: 'unopened', sealed: message })]);
  });
  onIm('opened', (event) => {
    if (event.dlgId === dlgId) void fill(event.head);
  });
  onIm('key', (event) => {
    if (event.dlgId !== dlgId) return;
    key = event.dlgKey;
    timeline.value = reopened(timeline.value, openOne);
  });

  void load();
  return { timeline, state, older, load, fetchOlder, add };
}
