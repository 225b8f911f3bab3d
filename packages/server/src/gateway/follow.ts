import type { Seq, ServerFrameOf } from '@trialogue/protocol';

/** One message as it goes out: made once and shared by all sockets. */
export type Live = ServerFrameOf<'message'>;

/**
 * One conversation as one socket follows it. What goes out is contiguous (I9), whatever the bus does to its notices.
 *
 *           entered, nothing missing
 *  entering ────────────────────────► live ◄─────────────┐
 *     │                                │ a notice jumps   │ all read
 *     │ entered, something missing     ▼                  │
 *     └─────────────────────────────► reading ────────────┘
 *
 * Notices come in from the first moment on, before `enter` has looked at the head: what arrives meanwhile waits
 * in `early`, so nothing falls between the head and the first live message.
 *
 * On a socket that lags behind with reading, no message goes out and none is kept for it (I24):
 *
 *  live ───── a message ────►┐      drained
 *                            held ──────────► reading
 *  reading ── lagging ──────►┘
 */
export type Follow = Entering | Following | Reading | Held;

interface Asked {
  /** The `enter` that is under way, or the last one; an answer to an older one is of a past life. */
  readonly call: number;
  /** The `open` requests that wait for an answer. */
  readonly ids: readonly number[];
  /** So many of them, the first ones, were there when the `enter` under way began: it answers those, and no later one. */
  readonly due: number;
}

export interface Entering extends Asked {
  readonly name: 'entering';
  readonly early: readonly Live[];
  /** The highest seq heard of. */
  readonly goal: Seq;
  /** A key that came before we were in. */
  readonly key: ServerFrameOf<'key'> | undefined;
}

export interface Following extends Asked {
  readonly name: 'live';
  /** Everything up to here was sent, or lies before what `opened` said. Moved in place, and only by {@link advance}. */
  cursor: Seq;
}

export interface Reading extends Asked {
  readonly name: 'reading';
  readonly cursor: Seq;
  readonly goal: Seq;
  readonly early: readonly Live[];
  /** Since when it has not moved. */
  readonly since: number;
  /** Set when the log did not have it yet, or could not be read: try again then. */
  readonly retryAt: number | undefined;
}

export interface Held extends Asked {
  readonly name: 'held';
  readonly cursor: Seq;
  readonly goal: Seq;
  /** The log is still being read; the answer is dropped, so that it waits for nobody in memory. */
  readonly isAsked: boolean;
}

export interface Moved {
  readonly follow: Follow;
  /** To send, in this order. */
  readonly forward: readonly Live[];
  /** Read the log after this place, and tell `caughtUp`. */
  readonly readAfter?: Seq;
}

/** A crowd of early messages is not kept; they are read from the log when their turn comes. */
const EARLY_MOST = 64;
const RETRY_MS = 250;

export const entering = (ids: readonly number[]): Entering => ({
  name: 'entering',
  call: 0,
  ids,
  due: 0,
  early: [],
  goal: 0,
  key: undefined,
});

/**
 * Whether this is the next message of a live conversation, which goes out as it is. Then the cursor has moved: in place, the
 * one thing of a session that is, because it happens for every listener of every message.
 */
export function advance(follow: Follow, { seq }: Live): boolean {
  if (follow.name !== 'live' || seq !== follow.cursor + 1) return false;
  follow.cursor = seq;
  return true;
}

/** The bus brought a message. */
export function hear(follow: Follow, message: Live, now: number): Moved {
  switch (follow.name) {
    case 'entering':
      return stay({ ...follow, ...waitFor(follow, message) });
    case 'live':
      if (advance(follow, message)) return { follow, forward: [message] };
      return go(follow, { cursor: follow.cursor, goal: message.seq, waiting: [message], now, since: now });
    case 'reading':
      return stay({ ...follow, ...waitFor(follow, message) });
    case 'held':
      return stay({ ...follow, goal: Math.max(follow.goal, message.seq) });
  }
}

/** The bus brought a message, and the socket lags: what it brought is remembered, not kept. */
export function hold(follow: Follow, seq: Seq): Follow {
  const { call, ids, due } = follow;
  const goal = Math.max(goalOf(follow), seq);
  switch (follow.name) {
    case 'entering':
      return { ...follow, early: [], goal };
    case 'live':
      return goal > follow.cursor
        ? { name: 'held', call, ids, due, cursor: follow.cursor, goal, isAsked: false }
        : follow;
    case 'reading':
      return { name: 'held', call, ids, due, cursor: follow.cursor, goal, isAsked: follow.retryAt === undefined };
    case 'held':
      return { ...follow, goal };
  }
}

/** The socket has read on: what it was not sent is read from the log, from where it stood. */
export function resume(follow: Follow, now: number): Moved {
  if (follow.name !== 'held') return stay(follow);
  const { call, ids, due, cursor, goal, isAsked } = follow;
  const reading: Reading = { name: 'reading', call, ids, due, cursor, goal, early: [], since: now, retryAt: undefined };
  return { ...stay(reading), ...(!isAsked && { readAfter: cursor }) };
}

/** The `enter` under way has answered whom it answers. */
export const answeredNow = <It extends Follow>(follow: It): It => ({
  ...follow,
  ids: follow.ids.slice(follow.due),
  due: 0,
});

/** `enter` answered: live messages flow from `head + 1` on. For one that is in already the cursor stands. */
export function entered(follow: Follow, head: Seq, now: number): Moved {
  const settled = answeredNow(follow);
  if (settled.name !== 'entering') return stay(settled);
  const { goal, early } = settled;
  return go(settled, { cursor: head, goal: Math.max(goal, head), waiting: early, now, since: now });
}

/** The log was read after the cursor. */
export function caughtUp(follow: Follow, messages: readonly Live[], now: number): Moved {
  if (follow.name !== 'reading') return notCaughtUp(follow, now);
  const { cursor, goal, early, since } = follow;
  const moved = go(follow, { cursor, goal, waiting: [...messages, ...early], now, since });
  return moved.forward.length > 0 ? moved : notCaughtUp(follow, now);
}

/** The log could not be read, or has not got there. */
export function notCaughtUp(follow: Follow, now: number): Moved {
  if (follow.name === 'reading') return stay({ ...follow, retryAt: now + RETRY_MS });
  return stay(follow.name === 'held' ? { ...follow, isAsked: false } : follow);
}

/** Time passed. */
export const retry = (follow: Follow, now: number): Moved =>
  follow.name === 'reading' && follow.retryAt !== undefined && follow.retryAt <= now
    ? { follow: { ...follow, retryAt: undefined }, forward: [], readAfter: follow.cursor }
    : stay(follow);

/** The highest seq this socket knows to exist. */
export const goalOf = (follow: Follow): Seq => (follow.name === 'live' ? follow.cursor : follow.goal);

const stay = (follow: Follow): Moved => ({ follow, forward: [] });

function waitFor({ early, goal }: Entering | Reading, message: Live) {
  return {
    early: early.length < EARLY_MOST ? [...early, message] : early,
    goal: Math.max(goal, message.seq),
  };
}

interface Course {
  cursor: Seq;
  goal: Seq;
  waiting: readonly Live[];
  now: number;
  since: number;
}

/** Sends what follows the cursor without a hole; what is missing before the goal is to be read. */
function go({ call, ids, due }: Asked, { cursor, goal, waiting, now, since }: Course): Moved {
  const forward: Live[] = [];
  const early: Live[] = [];
  for (const message of [...waiting].sort((a, b) => a.seq - b.seq)) {
    const next = cursor + forward.length + 1;
    if (message.seq === next) forward.push(message);
    else if (message.seq > next) early.push(message);
  }
  const reached = cursor + forward.length;
  if (reached >= goal) return { follow: { name: 'live', call, ids, due, cursor: reached }, forward };
  const moved = forward.length > 0 ? now : since;
  return {
    follow: { name: 'reading', call, ids, due, cursor: reached, goal, early, since: moved, retryAt: undefined },
    forward,
    readAfter: reached,
  };
}
