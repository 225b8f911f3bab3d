import { afterClose, clientLimits, type Instant } from '@trialogue/protocol';

import { STABLE_MS, type Backoff } from './backoff.ts';

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
export type Connection = { attempt: number; asked: boolean; since: Instant } & (
  | { name: 'idle' }
  | { name: 'dialing' }
  /** The socket is open; the server speaks first. */
  | { name: 'greeting' }
  /** The application may bind its user. */
  | { name: 'connected' }
  | { name: 'binding' }
  | { name: 'live'; leaveAt?: Instant }
  | { name: 'waiting'; at: Instant; delayMs: number; reason: ReconnectReason }
  /** `getToken` was asked for a new token. */
  | { name: 'asking' }
  /** Waits for the application to bind with a new token. */
  | { name: 'signedOut' }
  | { name: 'shut' }
);

export type ConnectionName = Connection['name'];

/** Why the client is about to connect again. `auth`: it needs `bindUser` with a new token first. */
export type ReconnectReason = 'lost' | 'unreachable' | 'silent' | 'drain' | 'auth';

export type ConnectionEvent =
  | { type: 'start' | 'opened' | 'hello' | 'bind' | 'rebind' | 'bound' | 'token' | 'noToken' | 'woke' | 'due' | 'stop' }
  /** The socket is gone. Codes are those of PROTOCOL.md §6. */
  | { type: 'lost'; code: number }
  /** We end the connection ourselves, as if the server had closed it with this code. */
  | { type: 'breakOff'; code: number }
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
export const hasSocket = (now: Connection): boolean => isConnected(now) || STEP_MS[now.name] !== undefined;

/** Whether server and client have spoken: what the application calls connected. */
export const isConnected = ({ name }: Connection): boolean =>
  name === 'connected' || name === 'binding' || name === 'live';

/** When something must happen though nobody says anything. `heardAt`: last sign of life of the server. */
export function connectionDueAt(now: Connection, heardAt: Instant): Instant | undefined {
  if (now.name === 'waiting') return now.at;
  const stepMs = STEP_MS[now.name];
  if (stepMs !== undefined) return now.since + stepMs;
  const leaveAt = now.name === 'live' ? now.leaveAt : undefined;
  return isConnected(now) ? Math.min(heardAt + clientLimits.silenceMs, leaveAt ?? Infinity) : undefined;
}

/** Pure. An event that does not apply to the state changes nothing. */
export function next(now: Connection, event: ConnectionEvent, around: Around): Next {
  const is = (...names: ConnectionName[]) => names.includes(now.name);
  const to = (name: Plain, change: Partial<Base> = {}): Connection => enter(now, name, around, change);
  const open = hasSocket(now);
  switch (event.type) {
    case 'start':
      return [to('dialing', { attempt: 0, asked: false }), ...hangUpIf(open), 'dial'];
    case 'opened':
      return is('dialing') ? [to('greeting')] : [now];
    case 'hello':
      return is('greeting') ? [to('connected')] : [now];
    case 'bind':
      if (is('connected')) return [to('binding'), 'bind'];
      return is('signedOut', 'asking') ? [to('dialing', { attempt: 0, asked: false }), 'dial'] : [now];
    case 'rebind':
      return open ? [to('dialing', { asked: false }), 'hangUp', 'dial'] : [now];
    case 'bound':
      return is('binding') ? [to('live', { asked: false })] : [now];
    case 'token':
      return is('asking') ? [to('dialing'), 'dial'] : [now];
    case 'noToken':
      return is('asking') ? [to('signedOut')] : [now];
    case 'drain':
      return now.name === 'live' ? [{ ...now, leaveAt: around.now + event.inMs }] : [now];
    case 'woke':
      if (now.name !== 'waiting') return [now];
      return [{ ...now, at: Math.min(now.at, around.now + around.backoff.wakeMs()) }];
    case 'due':
      if (now.name === 'waiting') return [to('dialing'), 'dial'];
      return open ? [wait(now, whyDue(now, around), around), 'hangUp'] : [now];
    case 'lost':
      return open ? afterLoss(now, event.code, around) : [now];
    case 'breakOff': {
      if (!open) return [now];
      const [after, ...actions] = afterLoss(now, event.code, around);
      return [after, 'hangUp', ...actions];
    }
    case 'stop':
      return is('idle') ? [now] : [to('idle', { attempt: 0, asked: false }), ...hangUpIf(open)];
  }
}

type Base = Pick<Connection, 'attempt' | 'asked'>;
/** The states that carry nothing of their own. */
type Plain = Exclude<ConnectionName, 'waiting'>;

export const idle: Connection = { name: 'idle', attempt: 0, asked: false, since: 0 };

const enter = (
  { attempt, asked }: Connection,
  name: Plain,
  { now }: Around,
  change: Partial<Base> = {},
): Connection => ({
  name,
  attempt,
  asked,
  since: now,
  ...change,
});

const hangUpIf = (open: boolean): ConnectionAction[] => (open ? ['hangUp'] : []);

function whyDue(now: Connection, around: Around): ReconnectReason {
  if (now.name === 'live' && now.leaveAt !== undefined && now.leaveAt <= around.now) return 'drain';
  return now.name === 'dialing' ? 'unreachable' : 'silent';
}

function afterLoss(now: Connection, code: number, around: Around): Next {
  switch (afterClose(code)) {
    case 'comeBack':
      return [wait(now, now.name === 'dialing' ? 'unreachable' : 'lost', around)];
    case 'signInFirst':
      if (!around.canAsk || now.asked) return [enter(now, 'signedOut', around)];
      return [enter(now, 'asking', around, { asked: true }), 'askToken'];
    case 'stayAway':
      return [enter(now, 'shut', around)];
  }
}

function wait(now: Connection, reason: ReconnectReason, { now: at, backoff }: Around): Connection {
  // Counted from the last stable connection, not from the last successful one: a server that accepts and
  // drops at once would otherwise be dialed without any pause (a mutant of the delivery contract).
  const isStable = now.name === 'live' && at - now.since >= STABLE_MS;
  const tries = isStable ? 0 : now.attempt;
  const delayMs = backoff.delayMs(tries);
  return { name: 'waiting', attempt: tries + 1, asked: now.asked, since: at, at: at + delayMs, delayMs, reason };
}
