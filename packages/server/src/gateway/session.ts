import { PROTOCOL_VERSION, type Limits } from '@trialogue/protocol';

import { frameRate, fullAllowance, isAbused, spend } from './allowance.ts';
import { bind, boundDueAt, prove, stepBound, stepLeaving } from './bound.ts';
import { close, gone } from './closed.ts';
import type { SessionEvent } from './events.ts';
import {
  transmit,
  type Arriving,
  type Binding,
  type Bound,
  type Greeting,
  type Leaving,
  type Next,
  type Session,
} from './state.ts';

export type { Next, Session } from './state.ts';

/** How long a check of the token may take before the node counts as overloaded. */
const AUTHENTICATE_MS = 10_000;

/** @param jitter 0 up to 1, drawn once for each socket: spreads their pings. */
export const arriving = (limits: Limits, jitter: number): Session => ({ name: 'arriving', limits, jitter });

/**
 * The life of one accepted socket, from the server's side.
 *
 *            opened            bind             proved, newest           drain, its time
 *  arriving ────────► greeting ─────► binding ───────────────► bound ─────────────────────► leaving
 *                        │               │                     │    ▲                          │
 *                        │ late          │ refused,            │    └ frames, notices,         │ last send
 *                        │ not a bind    │ another user        │      answers, ticks           │ answered
 *                        ▼               ▼                     ▼                               ▼
 *                      closed ◄──────────┴─────────────────────┴───────────────────────────────┘
 *
 *  Any state: an odd frame (4501), too many frames (4013), a reader too slow (4008), a lost socket → closed.
 *  Bound: an expired or revoked token (4401), no pong (4012), a log that cannot be read (4503), a newer socket of the
 *  same client (4509) → closed.
 *
 * Pure: no timers, no sockets, no promises. What is to be done comes out as data, and its result comes back in as an
 * event. An event that does not apply to the state changes nothing. `now` is of a clock that never jumps.
 * But one thing moves in place: a cursor (`advance` in follow.ts), so a state is not to be stepped on twice.
 */
export function step(session: Session, event: SessionEvent, now: number): Next {
  if (session.name === 'closed') return [session];
  if (session.name === 'arriving') return arrive(session, event, now);

  if (event.type === 'heard' || event.type === 'garbled' || event.type === 'poked') {
    const rate = frameRate(session.limits);
    const allowance = spend(session.allowance, rate, now);
    if (isAbused(allowance, rate)) return close('flooding');
    if (event.type === 'garbled') return close('badFrame', event.why);
    // In a place of its own: objects of one shape are copied much faster than objects of several.
    if (session.name === 'bound') return stepBound({ ...session, allowance }, event, now);
    return stepAlive({ ...session, allowance }, event, now);
  }
  return stepAlive(session, event, now);
}

function stepAlive(session: Greeting | Binding | Bound | Leaving, event: SessionEvent, now: number): Next {
  if (event.type === 'choked') return close('slow');
  if (event.type === 'failed') return close('overloaded');
  switch (session.name) {
    case 'greeting':
      return stepGreeting(session, event, now);
    case 'binding':
      return stepBinding(session, event, now);
    case 'bound':
      return stepBound(session, event, now);
    case 'leaving':
      return stepLeaving(session, event, now);
  }
}

function arrive(session: Arriving, event: SessionEvent, now: number): Next {
  if (event.type === 'lost') return [gone];
  if (event.type !== 'opened') return [session];
  const { limits } = session;
  return [
    { ...session, name: 'greeting', allowance: fullAllowance(frameRate(limits), now), bindBy: now + limits.bindMs },
    transmit({
      op: 'hello',
      versions: [PROTOCOL_VERSION],
      pingMs: limits.pingMs,
      maxFrame: limits.frameBytes,
      serverTime: event.serverTime,
    }),
  ];
}

function stepGreeting(session: Greeting, event: SessionEvent, now: number): Next {
  switch (event.type) {
    case 'heard': {
      const { frame, bytes } = event;
      if (frame.op === 'pong') return [session];
      if (frame.op !== 'bind') return close('signInNeeded', 'bind comes first');
      const { limits, jitter, allowance } = session;
      if (bytes > limits.unboundFrameBytes) return close('signInNeeded', 'bind is too long');
      const { uid, sid, fence, token } = frame;
      if ((sid === undefined) !== (fence === undefined)) {
        return close('badFrame', 'frame: expected sid and fence together, or neither');
      }
      const client = sid !== undefined && fence !== undefined ? { sid, fence } : undefined;
      return [
        { name: 'binding', limits, jitter, allowance, uid, client, proved: undefined, answerBy: now + AUTHENTICATE_MS },
        { type: 'authenticate', call: 0, token },
      ];
    }
    case 'tick':
      return now >= session.bindBy ? close('signInNeeded', 'bind did not come in time') : [session];
    case 'drain':
      return close('draining');
    case 'lost':
      return [gone];
    default:
      return [session];
  }
}

function stepBinding(session: Binding, event: SessionEvent, now: number): Next {
  switch (event.type) {
    case 'authenticated':
      if (event.who.userId !== session.uid) return close('signInNeeded', 'auth.wrong_user');
      return prove(session, event, now);
    case 'tookOver':
      return event.isNewest && session.proved ? bind(session, session.proved, now) : close('replaced');
    case 'notAuthenticated':
      return close('signInNeeded', event.refusal);
    case 'heard':
      return event.frame.op === 'pong' ? [session] : close('signInNeeded', 'wait for bound');
    case 'tick':
      return now >= session.answerBy ? close('overloaded') : [session];
    case 'drain':
      return close('draining');
    case 'lost':
      return [gone];
    default:
      return [session];
  }
}

/** When the session next wants a `tick`; undefined: never. A tick that comes early does no harm. */
export function dueAt(session: Session): number | undefined {
  switch (session.name) {
    case 'greeting':
      return session.bindBy;
    case 'binding':
      return session.answerBy;
    case 'bound':
      return boundDueAt(session);
    case 'leaving':
      return session.leaveBy;
    default:
      return undefined;
  }
}
