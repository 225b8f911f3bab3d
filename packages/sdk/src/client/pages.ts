import type { DlgId, ServerFrameOf } from '@trialogue/protocol';

import { NEVER } from '../connection/clock.ts';
import { epochOf, newestEpoch, receive } from '../conversation/received.ts';
import { hasAsk, type AskOf } from './asks.ts';
import { askForKey, forgetAsk, keepAsk, settle, type Turn } from './turn.ts';

/** A page for the application. One that has come before the key of its newest messages waits for it. */
export function handOver(turn: Turn, id: number, ask: AskOf<'history'>, page: ServerFrameOf<'page'>): void {
  if (isOpenable(turn, page)) return give(turn, id, ask, page);
  keepAsk(turn, id, { ...ask, until: NEVER, page });
  askForKey(turn, page.dlgId);
}

/** Hands over the pages that have waited for this conversation's key, once it is there or will not come. */
export function releasePages(turn: Turn, dlgId: DlgId): void {
  const isAnswered = !hasAsk(turn.asks, 'ring', dlgId);
  for (const [id, ask] of turn.asks) {
    if (ask.kind !== 'history' || ask.dlgId !== dlgId || !ask.page) continue;
    if (isAnswered || isOpenable(turn, ask.page)) give(turn, id, ask, ask.page);
  }
}

const isOpenable = ({ rings }: Turn, { dlgId, list }: ServerFrameOf<'page'>): boolean => {
  const newest = newestEpoch(rings.get(dlgId));
  return list.every(({ content }) => epochOf(content) <= newest);
};

function give(turn: Turn, id: number, { key }: AskOf<'history'>, page: ServerFrameOf<'page'>): void {
  const { op: _, id: __, dlgId, list, ...about } = page;
  const dlgKey = turn.rings.get(dlgId);
  forgetAsk(turn, id);
  settle(turn, key, { ok: { ...about, list: list.map((message) => receive(message, dlgId, dlgKey)) } });
}
