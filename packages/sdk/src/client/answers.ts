import type { DlgId, Instant, ServerFrameOf } from '@trialogue/protocol';

import {
  closed,
  doubted,
  isOtherLog,
  keyAnswered,
  opened,
  passedOver,
  taken,
  type Conversation,
} from '../conversation/conversation.ts';
import { failure, type Failure } from '../errors.ts';
import type { ImEvents } from '../events.ts';
import { only } from '../only.ts';
import { paused, rested } from '../timeline/catchUp.ts';
import { corrected, heardOf } from '../timeline/timeline.ts';
import { ANSWER_MS, frameOf, hasAsk, mostTries, type Ask } from './asks.ts';
import { changeOf, giveOut, learnKey, noKeyCame, over } from './following.ts';
import { move } from './link.ts';
import { handOver, releasePages } from './pages.ts';
import { retryStale } from './sending.ts';
import { complain, fail, forgetAsk, keepAsk, settle, tell, transmit, type Turn } from './turn.ts';

/** For how long a page of another log is not asked for again. */
const OTHER_LOG_MS = 1_000;

/** After a server that could not give the key: not at once again. */
const KEY_PAUSE_MS = 2_000;

export function openedCame(turn: Turn, { op: _, id, dlgKey, ...where }: ServerFrameOf<'opened'>): void {
  const { dlgId, logEpoch } = where;
  const ask = turn.asks.get(id);
  if (!ask || 'range' in ask || ask.dlgId !== dlgId) return;
  forgetAsk(turn, id);
  learnKey(turn, dlgId, dlgKey);
  if (ask.kind === 'ring') retryStale(turn, dlgId);
  releasePages(turn, dlgId);
  // It was only about the key. Unless we say so, its messages would come now.
  if (turn.conversation?.dlgId !== dlgId) return transmit(turn, { op: 'leave', dlgId });
  const isOther = isOtherLog(turn.conversation, logEpoch);
  if (ask.kind === 'open') {
    if (isOther) beginAnew(turn, where);
    changeOf(turn, dlgId, (now) => opened(now, where, turn.stepAt));
    tell(turn, 'opened', where);
  } else if (isOther) changeOf(turn, dlgId, doubted);
  // An answer made before the key was asked for says nothing about it.
  if (!hasAsk(turn.asks, 'ring', dlgId)) changeOf(turn, dlgId, keyAnswered);
  giveOut(turn);
}

/** Another life of the log: nothing of what was seen, or is on its way, is part of it (I18). */
function beginAnew(turn: Turn, { dlgId, minSeq, head }: ImEvents['opened']): void {
  turn.conversation = { ...closed(dlgId), missed: turn.conversation?.missed ?? 0 };
  turn.asks = only(turn.asks, ({ kind }) => kind !== 'gap');
  turn.receipts = only(turn.receipts, (receipt) => receipt.dlgId !== dlgId);
  tell(turn, 'reset', { dlgId, reason: 'epoch', minSeq, head });
}

export function pageCame(turn: Turn, page: ServerFrameOf<'page'>): void {
  const { id, dlgId, minSeq, head } = page;
  const ask = turn.asks.get(id);
  if (!ask || ask.dlgId !== dlgId || !('range' in ask)) return;
  const { conversation } = turn;
  const isOther = conversation?.dlgId === dlgId && isOtherLog(conversation, page.logEpoch);
  // One of the two is out of date, and `opened` says which.
  if (isOther && conversation.phase === 'open') turn.conversation = doubted(conversation);
  if (ask.kind === 'history') {
    return isOther ? keepAsk(turn, id, { ...ask, until: turn.stepAt + OTHER_LOG_MS }) : handOver(turn, id, ask, page);
  }
  forgetAsk(turn, id);
  if (isOther) return;
  if (minSeq - 1 > (conversation?.timeline?.seen ?? Infinity)) {
    // What is next is no longer kept: said, and passed over (I17).
    tell(turn, 'reset', { dlgId, reason: 'retention', minSeq, head });
    changeOf(turn, dlgId, (now) => passedOver(now, minSeq));
  }
  changeOf(turn, dlgId, (now) => caughtUp(now, page, turn.stepAt));
  giveOut(turn);
}

export function askRefused(turn: Turn, { id, error, msg, retryAfterMs }: ServerFrameOf<'refused'>): void {
  const ask = turn.asks.get(id);
  if (!ask) return;
  forgetAsk(turn, id);
  const { kind, dlgId } = ask;
  const what = failure(error, msg);
  if (kind === 'history') return settle(turn, ask.key, { failure: what });
  if (kind === 'ring') {
    if (what.retry !== 'later') return noKeyCame(turn, dlgId);
    // The key is there and the server could not say so now. Its messages wait for as long as it takes.
    return keepAsk(turn, id, { ...ask, until: turn.stepAt + (retryAfterMs ?? KEY_PAUSE_MS), tries: 0 });
  }
  if (what.retry === 'afterSignIn') return move(turn, { type: 'breakOff', code: 4401, reason: msg });
  if (what.retry !== 'later') return shutOut(turn, dlgId, what);
  changeOf(turn, dlgId, (now) => ({
    ...now,
    // Of two questions the other one may have been answered for good.
    phase: kind === 'open' && now.phase !== 'over' ? 'closed' : now.phase,
    catchUp: paused(turn.stepAt, retryAfterMs),
  }));
}

/** The server does not let us in, or not any more. */
function shutOut(turn: Turn, dlgId: DlgId, what: Failure): void {
  const wasIn = turn.conversation?.isDoubted;
  changeOf(turn, dlgId, over);
  giveOut(turn);
  if (wasIn) tell(turn, 'left', { dlgId });
  else complain(turn, what, { dlgId });
}

/** Puts requests on the wire that are not there yet, or have been without an answer for too long. */
export function askDue(turn: Turn): void {
  for (const [id, ask] of turn.asks) if (ask.until <= turn.stepAt) askAgain(turn, id, ask);
}

function askAgain(turn: Turn, id: number, ask: Ask): void {
  if (ask.tries >= mostTries(ask)) {
    forgetAsk(turn, id);
    return ask.kind === 'history' ? fail(turn, ask.key, 'sdk.timeout') : noKeyCame(turn, ask.dlgId);
  }
  keepAsk(turn, id, { ...ask, until: turn.stepAt + ANSWER_MS, tries: ask.tries + 1 });
  transmit(turn, frameOf(id, ask));
}

function caughtUp(now: Conversation, { list, head }: ServerFrameOf<'page'>, at: Instant): Conversation {
  const after = taken(now, list);
  if (!now.timeline || !after.timeline) return now;
  const hasAdvanced = after.timeline.seen > now.timeline.seen;
  const timeline = (hasAdvanced ? heardOf : corrected)(after.timeline, head);
  return { ...after, timeline, catchUp: hasAdvanced ? rested : paused(at) };
}
