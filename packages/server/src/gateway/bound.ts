import type { SignedIn } from '../access/signIn.ts';
import type { Client } from '../chat/ports.ts';
import { close, gone } from './closed.ts';
import { enter, follow, mayHearOf, remove, turnAway, withFollow } from './conversations.ts';
import type { Answer, Effect, SessionEvent } from './events.ts';
import { caughtUp, goalOf, hear, notCaughtUp, retry } from './follow.ts';
import { hearLater, hint, hints, lag, readOn } from './lagging.ts';
import { allQuiet, allWaiting, quietUntil, release } from './quiet.ts';
import { answered, noSends, type Sends } from './sends.ts';
import { nack, no, refuse, transmit, type Binding, type Bound, type Leaving, type Next } from './state.ts';
import { QUIET_MS, take } from './take.ts';
import type { Outgoing } from './wire.ts';

/** A client renews its token a little before it ends; so much later nobody will. */
const TOKEN_LEEWAY_MS = 25_000;
/** The log could not be read for so long: the client does better elsewhere (I25). */
const UNREADABLE_MS = 10_000;
/** The disk may take so long over the last sends of a leaving socket. */
const LEAVING_MS = 5_000;

type Settled = Answer & { type: 'appended' | 'notAppended' };

/** The token is good. A first socket of a client takes nobody's place, and any other one has to be the newest. */
export function prove(session: Binding, { who, validMs }: Answer & { type: 'authenticated' }, now: number): Next {
  const { client } = session;
  const proved = { who: client ? { ...who, client } : who, endsAt: now + validMs + TOKEN_LEEWAY_MS };
  if (!client || client.fence === 1) return bind(session, proved, now);
  return [
    { ...session, proved },
    { type: 'takeOver', call: 0, who: { ...who, client } },
  ];
}

export function bind(
  { limits, jitter, allowance }: Binding,
  { who, endsAt }: NonNullable<Binding['proved']>,
  now: number,
): Next {
  const pingEveryMs = Math.round(limits.pingMs * (0.9 + 0.2 * jitter));
  const session: Bound = {
    name: 'bound',
    limits,
    who,
    allowance,
    endsAt,
    pingEveryMs,
    pingAt: now + pingEveryMs,
    pongBy: undefined,
    follows: new Map(),
    sends: noSends,
    marks: allQuiet,
    typing: allQuiet,
    isLagging: false,
    heads: allQuiet,
    calls: 0,
    renewal: undefined,
    leaveAt: undefined,
  };
  return [session, { type: 'admit', who }, bound(who)];
}

export function stepBound(session: Bound, event: SessionEvent, now: number): Next {
  switch (event.type) {
    case 'heard':
      return take(session, event.frame, now);
    case 'tick':
      return tick(session, now);
    case 'drain':
      return [{ ...session, leaveAt: now + event.inMs }, transmit({ op: 'drain', inMs: event.inMs })];
    case 'lost':
      return [gone, ...allWaiting(session.marks).map(([dlgId, mark]): Effect => ({ type: 'mark', dlgId, ...mark }))];

    case 'lagging':
      return lag(session);
    case 'drained':
      return readOn(session, now);

    case 'message':
      if (session.isLagging) return hearLater(session, event.frame, now);
      return follow(session, event.frame.dlgId, (it) => hear(it, event.frame, now));
    case 'receipt': {
      const it = session.follows.get(event.frame.dlgId);
      return it && it.name !== 'entering' ? [session, transmit(event.frame)] : [session];
    }
    case 'key': {
      const it = session.follows.get(event.frame.dlgId);
      if (it?.name === 'entering') return [withFollow(session, event.frame.dlgId, { ...it, key: event.frame })];
      return it ? [session, transmit(event.frame)] : [session];
    }
    case 'head': {
      const { dlgId, head } = event.frame;
      if (session.follows.has(dlgId) || !mayHearOf(session, dlgId)) return [session];
      return session.isLagging ? hint(session, dlgId, head, now) : [session, transmit(event.frame)];
    }
    case 'typing':
    case 'presence': {
      const it = session.follows.get(event.frame.dlgId);
      const isIn = it !== undefined && it.name !== 'entering';
      return isIn && !session.isLagging ? [session, transmit(event.frame)] : [session];
    }
    case 'removed':
      return remove(session, event.dlgId);
    case 'revoked':
      return event.sessionIds.includes(session.who.sessionId) ? close('signInNeeded', 'auth.revoked') : [session];
    case 'notAdmitted':
      return event.because === 'revoked' ? close('signInNeeded', 'auth.revoked') : close('replaced');
    case 'replaced':
      return isReplacedBy(session, event.client) ? close('replaced') : [session];
    case 'crowdedOut':
      return close('replaced', `at most ${session.limits.socketsPerUser} sockets of one user`);

    case 'appended':
    case 'notAppended': {
      const [sends, leaving] = settle(session, event);
      if (!isFencedOff(event)) return [{ ...session, sends }, ...leaving];
      const [closed, ...effects] = close('replaced');
      return [closed, ...leaving, ...effects];
    }
    case 'entered':
      return enter(session, event, now);
    case 'notEntered':
      return turnAway(session, event);
    case 'caughtUp':
      return follow(session, event.dlgId, (it) => caughtUp(it, event.messages, now));
    case 'notCaughtUp':
      return follow(session, event.dlgId, (it) => notCaughtUp(it, now));
    case 'paged':
      return [session, transmit({ op: 'page', id: event.id, dlgId: event.dlgId, page: event.page })];
    case 'notPaged':
      return [session, refuse(event.id, event)];
    case 'authenticated':
      return event.call === session.renewal ? renew(session, event, now) : [session];
    case 'notAuthenticated':
      return event.call === session.renewal ? close('signInNeeded', event.refusal) : [session];
    default:
      return [session];
  }
}

/** What it sent is answered, and nothing is taken any more; then it goes (I30). */
export function stepLeaving(session: Leaving, event: SessionEvent, now: number): Next {
  switch (event.type) {
    case 'heard': {
      const { frame } = event;
      return frame.op === 'send' ? [session, transmit(nack(frame, no('server.draining')))] : [session];
    }
    case 'appended':
    case 'notAppended': {
      const [sends, leaving] = settle(session, event);
      if (sends.length > 0 && !isFencedOff(event)) return [{ ...session, sends }, ...leaving];
      const [closed, ...effects] = close(isFencedOff(event) ? 'replaced' : 'draining');
      return [closed, ...leaving, ...effects];
    }
    case 'revoked':
      return event.sessionIds.includes(session.who.sessionId) ? close('signInNeeded', 'auth.revoked') : [session];
    case 'replaced':
      return isReplacedBy(session, event.client) ? close('replaced') : [session];
    case 'tick':
      return now >= session.leaveBy ? close('draining') : [session];
    case 'lost':
      return [gone];
    default:
      return [session];
  }
}

export function boundDueAt(session: Bound): number {
  let due = Math.min(session.endsAt, session.pingAt);
  if (session.pongBy !== undefined) due = Math.min(due, session.pongBy);
  if (session.leaveAt !== undefined) due = Math.min(due, session.leaveAt);
  for (const it of session.follows.values()) {
    if (it.name === 'reading') due = Math.min(due, it.since + UNREADABLE_MS, it.retryAt ?? Infinity);
  }
  return Math.min(due, quietUntil(session.marks), quietUntil(session.typing), quietUntil(session.heads));
}

/** A newer token of the same user with the same reach; anything else is another session. */
function renew(session: Bound, { who: newer, validMs }: Answer & { type: 'authenticated' }, now: number): Next {
  const { appId, userId, onlyDlg, client } = session.who;
  if (newer.appId !== appId || newer.userId !== userId || newer.onlyDlg !== onlyDlg) {
    return close('signInNeeded', 'auth.wrong_user');
  }
  const who = client ? { ...newer, client } : newer;
  const endsAt = now + validMs + TOKEN_LEEWAY_MS;
  return [{ ...session, who, endsAt, renewal: undefined }, { type: 'admit', who }, bound(who)];
}

function tick(session: Bound, now: number): Next {
  if (now >= session.endsAt) return close('signInNeeded', 'auth.expired');
  if (session.pongBy !== undefined && now >= session.pongBy) return close('silent');
  if (session.leaveAt !== undefined && now >= session.leaveAt) return goAway(session, now);

  let next = session;
  const effects: Effect[] = [];
  for (const [dlgId, it] of session.follows) {
    if (it.name !== 'reading') continue;
    if (now >= it.since + UNREADABLE_MS) return close('overloaded', 'the log cannot be read');
    const [after, ...more] = follow(next, dlgId, () => retry(it, now));
    next = after;
    effects.push(...more);
  }
  const [marks, raised] = release(next.marks, now, QUIET_MS);
  for (const [dlgId, mark] of raised) effects.push({ type: 'mark', dlgId, ...mark });
  const [typing, typed] = release(next.typing, now, QUIET_MS);
  for (const [dlgId, state] of typed) effects.push({ type: 'typing', dlgId, ...state });
  const [told, ...heads] = hints({ ...next, marks, typing }, now);
  effects.push(...heads);
  next = told;
  if (now < next.pingAt) return [next, ...effects];

  const pingAt = now + next.pingEveryMs;
  return [{ ...next, pingAt, pongBy: next.pongBy ?? now + next.limits.pongMs }, ...effects, transmit(ping(next))];
}

const isReplacedBy = ({ who: { client } }: Bound | Leaving, newer: Client): boolean =>
  client !== undefined && client.sid === newer.sid && client.fence < newer.fence;

/** Word of the newer socket was lost; the store knows of it all the same. */
const isFencedOff = (event: Settled): boolean => event.type === 'notAppended' && event.refusal === 'socket.replaced';

function goAway(session: Bound, now: number): Next {
  const { limits, who, allowance, sends } = session;
  const marks = allWaiting(session.marks).map(([dlgId, mark]): Effect => ({ type: 'mark', dlgId, ...mark }));
  if (sends.length > 0) {
    return [{ name: 'leaving', limits, who, allowance, sends, leaveBy: now + LEAVING_MS }, ...marks];
  }
  const [closed, ...effects] = close('draining');
  return [closed, ...marks, ...effects];
}

function settle({ sends }: Bound | Leaving, event: Settled): [Sends, Effect[]] {
  const [rest, leaving] = answered(sends, event.dlgId, event.call, answerTo(event));
  return [rest, leaving.map(transmit)];
}

function answerTo(event: Settled): Outgoing {
  if (event.type === 'notAppended') return nack(event, event);
  const { dlgId, clientMsgId, accepted } = event;
  const { seq, msgId, sentAt, repeated } = accepted;
  return { op: 'ack', dlgId, clientMsgId, seq, msgId, sentAt, ...(repeated && { repeated }) };
}

function ping({ follows }: Bound): Outgoing {
  const heads = [...follows].flatMap(([dlgId, it]) => (it.name === 'entering' ? [] : [{ dlgId, head: goalOf(it) }]));
  return { op: 'ping', heads };
}

const bound = ({ userId, sessionId, expiresAt }: SignedIn): Effect =>
  transmit({ op: 'bound', userId, sessionId, expiresAt });
