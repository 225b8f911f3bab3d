import type { DlgId, ServerFrameOf } from '@trialogue/protocol';

import { epochOf, newestEpoch, receive } from '../conversation/received.ts';
import { hasAsk, type AskOf } from './asks.ts';
import type { Turn } from './turn.ts';

/** A page for the application. One that has come before the key of its newest messages waits for it. */
export function handOver(turn: Turn, id: number, ask: AskOf<'history'>, page: ServerFrameOf<'page'>): void {
  if (!isOpenable(turn, page)) {
    turn.set({ asks: new Map(turn.state.asks).set(id, { ...ask, until: Infinity, page }) });
    return turn.askForKey(page.dlgId);
  }
  settle(turn, id, ask, page);
}

/** Hands over the pages that have waited for this conversation's key, once it is there or will not come. */
export function releasePages(turn: Turn, dlgId: DlgId): void {
  const isAnswered = !hasAsk(turn.state.asks, 'ring', dlgId);
  for (const [id, ask] of turn.state.asks) {
    if (ask.kind !== 'history' || ask.dlgId !== dlgId || !ask.page) continue;
    if (isAnswered || isOpenable(turn, ask.page)) settle(turn, id, ask, ask.page);
  }
}

const isOpenable = (turn: Turn, { dlgId, list }: ServerFrameOf<'page'>): boolean => {
  const newest = newestEpoch(turn.ringOf(dlgId));
  return list.every(({ content }) => epochOf(content) <= newest);
};

function settle(turn: Turn, id: number, { key }: AskOf<'history'>, page: ServerFrameOf<'page'>): void {
  const { op: _, id: __, dlgId, list, ...about } = page;
  const dlgKey = turn.ringOf(dlgId);
  turn.forgetAsk(id);
  turn.settle(key, { ok: { ...about, list: list.map((message) => receive(message, dlgId, dlgKey)) } });
}
