import type { DlgId, Seq, ServerFrameOf } from '@trialogue/protocol';

import { follow, withFollow } from './conversations.ts';
import type { Effect } from './events.ts';
import { hold, resume } from './follow.ts';
import { pass, release, without } from './quiet.ts';
import { transmit, type Bound, type Next } from './state.ts';

/** A socket that lags hears of the head of one conversation at most this often. */
const HEADS_MS = 1_000;

/** The client has to fetch what it reads: nothing that is not asked for goes out but heads, and nothing is kept (I24). */
export function lag(session: Bound): Next {
  const follows = new Map([...session.follows].map(([dlgId, it]) => [dlgId, hold(it, 0)]));
  return [{ ...session, isLagging: true, follows }];
}

/** It has read on: the log is read from where each conversation stood, so nothing is left out (I25). */
export function readOn(session: Bound, now: number): Next {
  let next: Bound = { ...session, isLagging: false };
  const effects: Effect[] = [];
  for (const [dlgId, it] of session.follows) {
    const [after, ...more] = follow({ ...next, heads: without(next.heads, dlgId) }, dlgId, () => resume(it, now));
    next = after;
    effects.push(...more);
  }
  return [next, ...effects];
}

export function hearLater(session: Bound, { dlgId, seq }: ServerFrameOf<'message'>, now: number): Next {
  const it = session.follows.get(dlgId);
  if (!it) return [session];
  const held = hold(it, seq);
  const next = withFollow(session, dlgId, held);
  return held.name === 'held' ? hint(next, dlgId, held.goal, now) : [next];
}

export function hint(session: Bound, dlgId: DlgId, seq: Seq, now: number): Next {
  const [heads, head] = pass(session.heads, dlgId, seq, { now, quietMs: HEADS_MS, merge: Math.max });
  const next = { ...session, heads };
  return head === undefined ? [next] : [next, transmit({ op: 'head', dlgId, head })];
}

/** The heads whose time has come. */
export function hints(session: Bound, now: number): Next<Bound> {
  const [heads, passing] = release(session.heads, now, HEADS_MS);
  return [{ ...session, heads }, ...passing.map(([dlgId, head]) => transmit({ op: 'head', dlgId, head }))];
}
