import { afterClose, SILENCE_MS, type Instant } from '@trialogue/protocol';

import { STABLE_MS, type Backoff } from './backoff.ts';
import { NEVER } from './clock.ts';

/**
 * The life of the connection, from the client's side.
 *
 *          start            opened             hello               bind              bound
 *   idle ────────► dialing ────────► greeting ───────► connected ────────► binding ────────► live
 *                   ▲   │               │                  │                  │               │
 *               due │   └───────────────┴────── lost ──────┴──────────────────┴───────────────┤
 *                   └──────────────────────────── waiting ◄───────────────────────────────────┘
 *
 *   lost, "sign in first" ─► asking ── token ──► dialing     once; then, or without getToken:
 *                            signedOut ── bind ──► dialing
 *   lost, "stay away" ─────► shut                            `start` dials again from any state
 *   any state ── stop ─────► idle
 */
/** `leaveAt`: by when the server, which will go away, wants us gone. */
export type Connection = { attempt: number; asked: boolean; since: Instant; leaveAt: Instant } & (
  | { stage: Plain }
  | { stage: 'waiting'; at: Instant; delayMs: number; reason: ReconnectReason }
);

export type ConnectionName =
  | 'idle'
  | 'dialing'
  /** The socket is open; the server speaks first. */
  | 'greeting'
  /** The application may bind its user. */
  | 'connected'
  | 'binding'
  | 'live'
  | 'waiting'
  /** `getToken` was asked for a new token. */
  | 'asking'
  /** Waits for the application to bind with a new token. */
  | 'signedOut'
  | 'shut';

/** Why the client is about to connect again. `auth`: it needs `bindUser` with a new token first. */
export type ReconnectReason = 'lost' | 'unreachable' | 'silent' | 'drain' | 'auth';

/** Codes are those of PROTOCOL.md §6. */
export interface Closed {
  code: number;
  reason?: string;
}

export type ConnectionEvent =
  | { type: 'start' | 'opened' | 'hello' | 'bind' | 'rebind' | 'bound' | 'token' | 'noToken' | 'woke' | 'due' | 'stop' }
  /** The socket is gone. */
  | ({ type: 'lost' } & Closed)
  /** We end the connection ourselves, as if the server had closed it so. */
  | ({ type: 'breakOff' } & Closed)
  /** The server will go away in so many milliseconds. */
  | { type: 'drain'; inMs: number };

export type ConnectionAction = 'dial' | 'hangUp' | 'bind' | 'askToken';
export type Next = [Connection, ...ConnectionAction[]];

export interface Around {
  now: Instant;
  backoff: Backoff;
  /** Whether the application gave `getToken`. */
  canAsk: boolean;
}

/** How long a step may take, whatever the server says meanwhile. */
const STEP_MS: Partial<Record<ConnectionName, number>> = { dialing: 15_000, greeting: 10_000, binding: 10_000 };

/** Whether there is a socket, be it only half open. */
export const hasSocket = (now: Connection): boolean => isConnected(now) || STEP_MS[now.stage] !== undefined;

/** Whether server and client have spoken: what the application calls connected. */
export const isConnected = (now: Connection): boolean => ['connected', 'binding', 'live'].includes(now.stage);

/** When something must happen though nobody says anything. `heardAt`: last sign of life of the server. */
export function connectionDueAt(now: Connection, heardAt: Instant): Instant {
  if (now.stage === 'waiting') return now.at;
  const stepMs = STEP_MS[now.stage];
  if (stepMs !== undefined) return now.since + stepMs;
  return isConnected(now) ? Math.min(heardAt + SILENCE_MS, now.leaveAt) : NEVER;
}

/** Pure. An event that does not apply to the state changes nothing. */
export function next(was: Connection, event: ConnectionEvent, around: Around): Next {
  const is = after(was, event, around);
  return is === was ? [was] : [is, ...actionsOf(was, is, event)];
}

/** Where an event leads that is all that matters about it. */
const STEPS: { readonly [Type in ConnectionEvent['type']]?: { readonly [Name in ConnectionName]?: Plain } } = {
  opened: { dialing: 'greeting' },
  hello: { greeting: 'connected' },
  bind: { connected: 'binding' },
  bound: { binding: 'live' },
  token: { asking: 'dialing' },
  noToken: { asking: 'signedOut' },
};

function after(now: Connection, event: ConnectionEvent, around: Around): Connection {
  const open = hasSocket(now);
  switch (event.type) {
    case 'start':
      return enter('dialing', around);
    case 'stop':
      return now.stage === 'idle' ? now : enter('idle', around);
    case 'rebind':
      return open ? enter('dialing', around, now.attempt) : now;
    case 'drain':
      return now.stage === 'live' ? { ...now, leaveAt: around.now + event.inMs } : now;
    case 'woke':
      return now.stage === 'waiting' ? { ...now, at: Math.min(now.at, around.now + around.backoff.wakeMs()) } : now;
    case 'due':
      if (now.stage === 'waiting') return enter('dialing', around, now.attempt, now.asked);
      return open ? wait(now, whyDue(now, around), around) : now;
    case 'lost':
    case 'breakOff':
      return open ? afterLoss(now, event.code, around) : now;
    default: {
      // The application has come with another token by itself: all begins anew, as when it starts.
      if (event.type === 'bind' && (now.stage === 'signedOut' || now.stage === 'asking'))
        return enter('dialing', around);
      const stage = STEPS[event.type]?.[now.stage];
      return stage ? enter(stage, around, now.attempt, stage !== 'live' && now.asked) : now;
    }
  }
}

/** What is to be done on the way from one state to another. */
function actionsOf(was: Connection, is: Connection, { type }: ConnectionEvent): ConnectionAction[] {
  const actions: ConnectionAction[] = [];
  if (type !== 'lost' && hasSocket(was) && (!hasSocket(is) || is.stage === 'dialing')) actions.push('hangUp');
  const first = FIRST[is.stage];
  if (first) actions.push(first);
  return actions;
}

/** What a state begins with. */
const FIRST: { readonly [Name in ConnectionName]?: ConnectionAction } = {
  dialing: 'dial',
  binding: 'bind',
  asking: 'askToken',
};

/** The states that carry nothing of their own. */
type Plain = Exclude<ConnectionName, 'waiting'>;

export const idle: Connection = { stage: 'idle', attempt: 0, asked: false, since: 0, leaveAt: NEVER };

const enter = (stage: Plain, { now }: Around, attempt = 0, asked = false): Connection => ({
  stage,
  attempt,
  asked,
  since: now,
  leaveAt: NEVER,
});

function whyDue(now: Connection, around: Around): ReconnectReason {
  if (now.leaveAt <= around.now) return 'drain';
  return now.stage === 'dialing' ? 'unreachable' : 'silent';
}

function afterLoss(now: Connection, code: number, around: Around): Connection {
  const { stage, attempt, asked } = now;
  const behaviour = afterClose(code);
  if (behaviour === 'comeBack') return wait(now, stage === 'dialing' ? 'unreachable' : 'lost', around);
  if (behaviour === 'stayAway') return enter('shut', around, attempt, asked);
  return around.canAsk && !asked ? enter('asking', around, attempt, true) : enter('signedOut', around, attempt, asked);
}

function wait(now: Connection, reason: ReconnectReason, { now: at, backoff }: Around): Connection {
  // Counted from the last stable connection, not from the last successful one: a server that accepts and
  // drops at once would otherwise be dialed without any pause (a mutant of the delivery contract).
  const isStable = now.stage === 'live' && at - now.since >= STABLE_MS;
  const tries = isStable ? 0 : now.attempt;
  const delayMs = backoff.delayMs(tries);
  return {
    stage: 'waiting',
    attempt: tries + 1,
    asked: now.asked,
    since: at,
    leaveAt: NEVER,
    at: at + delayMs,
    delayMs,
    reason,
  };
}
