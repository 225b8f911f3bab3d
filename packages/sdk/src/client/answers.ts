import { retries, type DlgId, type Instant, type Message, type ServerFrameOf } from '@trialogue/protocol';

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
import { paused, rested } from '../timeline/catchUp.ts';
import { corrected, heardOf } from '../timeline/timeline.ts';
import { ANSWER_MS, MOST_TRIES, MOST_TRIES_FOR_KEY, frameOf, hasAsk, isDue, type Ask } from './asks.ts';
import { changeOf, giveOut, learnKey, noKeyCame, over } from './following.ts';
import { move } from './link.ts';
import { handOver, releasePages } from './pages.ts';
import { retryStale } from './sending.ts';
import type { Turn } from './turn.ts';

/** For how long a page of another log is not asked for again. */
const OTHER_LOG_MS = 1_000;

export function openedCame(turn: Turn, frame: ServerFrameOf<'opened'>): void {
  const { op: _, id, dlgKey, ...where } = frame;
  const { dlgId, logEpoch } = where;
  const ask = turn.state.asks.get(id);
  if (!ask || 'range' in ask || ask.dlgId !== dlgId) return;
  turn.forgetAsk(id);
  learnKey(turn, dlgId, dlgKey);
  if (ask.kind === 'ring') retryStale(turn, dlgId);
  releasePages(turn, dlgId);
  if (turn.state.conversation?.dlgId !== dlgId) {
    // It was only about the key. Unless we say so, its messages would come now.
    return turn.transmit({ op: 'leave', dlgId });
  }
  if (ask.kind === 'open') {
    if (isOfOtherLog(turn, dlgId, logEpoch)) beginAnew(turn, where);
    changeOf(turn, dlgId, (now) => opened(now, where, turn.now));
    turn.tell('opened', where);
  } else if (isOfOtherLog(turn, dlgId, logEpoch)) changeOf(turn, dlgId, doubted);
  // An answer made before the key was asked for says nothing about it.
  if (!hasAsk(turn.state.asks, 'ring', dlgId)) changeOf(turn, dlgId, keyAnswered);
  giveOut(turn);
}

const isOfOtherLog = ({ state: { conversation } }: Turn, dlgId: DlgId, logEpoch: string): boolean =>
  conversation?.dlgId === dlgId && isOtherLog(conversation, logEpoch);

/** Another life of the log: nothing of what was seen, or is on its way, is part of it (I18). */
function beginAnew(turn: Turn, { dlgId, minSeq, head }: ImEvents['opened']): void {
  const { asks, receipts } = turn.state;
  turn.set({
    conversation: { ...closed(dlgId), missed: turn.state.conversation?.missed ?? 0 },
    asks: new Map([...asks].filter(([, { kind }]) => kind !== 'catchUp')),
    receipts: new Map([...receipts].filter(([, receipt]) => receipt.dlgId !== dlgId)),
  });
  turn.tell('reset', { dlgId, reason: 'epoch', minSeq, head });
}

export function pageCame(turn: Turn, page: ServerFrameOf<'page'>): void {
  const { id, dlgId } = page;
  const ask = turn.state.asks.get(id);
  if (!ask || ask.dlgId !== dlgId || !('range' in ask)) return;
  const isOther = isOfOtherLog(turn, dlgId, page.logEpoch);
  // One of the two is out of date, and `opened` says which.
  if (isOther) changeOf(turn, dlgId, (now) => (now.phase === 'open' ? doubted(now) : now));
  if (ask.kind === 'history') {
    if (!isOther) return handOver(turn, id, ask, page);
    return turn.set({ asks: new Map(turn.state.asks).set(id, { ...ask, until: turn.now + OTHER_LOG_MS }) });
  }
  turn.forgetAsk(id);
  if (isOther) return;
  passOver(turn, page);
  changeOf(turn, dlgId, (now) => caughtUp(now, page.list, page.head, turn.now));
  giveOut(turn);
}

/** What is next is no longer kept: said, and passed over (I17). */
function passOver(turn: Turn, { dlgId, minSeq, head }: ServerFrameOf<'page'>): void {
  const seen = turn.state.conversation?.timeline?.seen;
  if (seen === undefined || minSeq - 1 <= seen) return;
  turn.tell('reset', { dlgId, reason: 'retention', minSeq, head });
  changeOf(turn, dlgId, (now) => passedOver(now, minSeq));
}

export function askRefused(turn: Turn, { id, error, msg, retryAfterMs }: ServerFrameOf<'refused'>): void {
  const ask = turn.state.asks.get(id);
  if (!ask) return;
  turn.forgetAsk(id);
  const what: Failure = failure(error, msg);
  if (ask.kind === 'history') return turn.settle(ask.key, { failure: what });
  if (ask.kind === 'ring') {
    if (retries[error] !== 'later') return noKeyCame(turn, ask.dlgId);
    // The key is there and the server could not say so now. Its messages wait for as long as it takes.
    const until = turn.now + (retryAfterMs ?? KEY_PAUSE_MS);
    return turn.set({ asks: new Map(turn.state.asks).set(id, { ...ask, until, tries: 0 }) });
  }
  switch (retries[error]) {
    case 'later':
      return changeOf(turn, ask.dlgId, (now) => ({
        ...now,
        phase: ask.kind === 'open' ? 'closed' : now.phase,
        catchUp: paused(turn.now, retryAfterMs),
      }));
    case 'afterSignIn':
      return move(turn, { type: 'breakOff', code: 4401 }, msg);
    default:
      return shutOut(turn, ask.dlgId, what);
  }
}

/** After a server that could not give the key: not at once again. */
const KEY_PAUSE_MS = 2_000;

/** The server does not let us in, or not any more. */
function shutOut(turn: Turn, dlgId: DlgId, what: Failure): void {
  const wasIn = turn.state.conversation?.isDoubted;
  changeOf(turn, dlgId, over);
  giveOut(turn);
  if (wasIn) turn.tell('left', { dlgId });
  else turn.complain(what, { dlgId });
}

/** Puts requests on the wire that are not there yet, or have been without an answer for too long. */
export function askDue(turn: Turn): void {
  for (const [id, ask] of turn.state.asks) if (isDue(ask, turn.now)) askAgain(turn, id, ask);
}

function askAgain(turn: Turn, id: number, ask: Ask): void {
  if (ask.kind === 'history' && ask.tries >= MOST_TRIES) {
    turn.forgetAsk(id);
    return turn.fail(ask.key, 'sdk.timeout');
  }
  if (ask.kind === 'ring' && ask.tries >= MOST_TRIES_FOR_KEY) {
    turn.forgetAsk(id);
    return noKeyCame(turn, ask.dlgId);
  }
  const again = { ...ask, until: turn.now + ANSWER_MS, tries: ask.tries + 1 };
  turn.set({ asks: new Map(turn.state.asks).set(id, again) });
  turn.transmit(frameOf(id, again));
}

function caughtUp(now: Conversation, list: readonly Message[], head: number, at: Instant): Conversation {
  const after = taken(now, list);
  if (!now.timeline || !after.timeline) return now;
  const hasAdvanced = after.timeline.seen > now.timeline.seen;
  return hasAdvanced
    ? { ...after, timeline: heardOf(after.timeline, head), catchUp: rested }
    : { ...after, timeline: corrected(after.timeline, head), catchUp: paused(at) };
}
