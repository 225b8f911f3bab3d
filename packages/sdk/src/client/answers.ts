import { refusals, type Instant, type Message, type ServerFrameOf } from '@trialogue/protocol';

import { keyAnswered, opened, taken, type Conversation } from '../conversation/conversation.ts';
import { receive } from '../conversation/received.ts';
import { failure, type Failure } from '../errors.ts';
import { paused, rested } from '../timeline/catchUp.ts';
import { corrected, heardOf } from '../timeline/timeline.ts';
import { ANSWER_MS, MOST_TRIES, MOST_TRIES_FOR_KEY, frameOf, hasAsk, isDue, type Ask } from './asks.ts';
import { changeOf, giveOut, learnKey, noKeyCame, over } from './following.ts';
import { move } from './link.ts';
import { retryStale } from './sending.ts';
import type { Turn } from './turn.ts';

export function openedCame(turn: Turn, { id, dlgId, head, readSeq, dlgKey }: ServerFrameOf<'opened'>): void {
  const ask = turn.state.asks.get(id);
  if (!ask || 'range' in ask || ask.dlgId !== dlgId) return;
  turn.forgetAsk(id);
  learnKey(turn, dlgId, dlgKey);
  if (ask.kind === 'ring') retryStale(turn, dlgId);
  if (turn.state.conversation?.dlgId !== dlgId) {
    // It was only about the key. Unless we say so, its messages would come now.
    return turn.transmit({ op: 'leave', dlgId });
  }
  if (ask.kind === 'open') {
    changeOf(turn, dlgId, (now) => opened(now, head, readSeq, turn.now));
    turn.tell('opened', { dlgId, head, readSeq });
  }
  // An answer made before the key was asked for says nothing about it.
  if (!hasAsk(turn.state.asks, 'ring', dlgId)) changeOf(turn, dlgId, keyAnswered);
  giveOut(turn);
}

export function pageCame(turn: Turn, { id, dlgId, list, hasMore, head }: ServerFrameOf<'page'>): void {
  const ask = turn.state.asks.get(id);
  if (!ask || ask.dlgId !== dlgId) return;
  if (ask.kind === 'history') {
    turn.forgetAsk(id);
    const opened = list.map((message) => receive(message, dlgId, turn.ringOf(dlgId)));
    turn.settle(ask.key, { ok: { list: opened, hasMore, head } });
  } else if (ask.kind === 'catchUp') {
    turn.forgetAsk(id);
    changeOf(turn, dlgId, (now) => caughtUp(now, list, head, turn.now));
    giveOut(turn);
  }
}

export function askRefused(turn: Turn, { id, error, msg, retryAfterMs }: ServerFrameOf<'refused'>): void {
  const ask = turn.state.asks.get(id);
  if (!ask) return;
  turn.forgetAsk(id);
  const what: Failure = { ...failure(error), msg };
  if (ask.kind === 'history') return turn.settle(ask.key, { failure: what });
  if (ask.kind === 'ring') return noKeyCame(turn, ask.dlgId);
  switch (refusals[error].retry) {
    case 'later':
      return changeOf(turn, ask.dlgId, (now) => ({
        ...now,
        phase: ask.kind === 'open' ? 'closed' : now.phase,
        catchUp: paused(turn.now, retryAfterMs),
      }));
    case 'afterSignIn':
      return move(turn, { type: 'breakOff', code: 4401 }, msg);
    default:
      changeOf(turn, ask.dlgId, over);
      giveOut(turn);
      turn.complain(what, { dlgId: ask.dlgId });
  }
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
