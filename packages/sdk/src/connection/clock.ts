import type { Instant } from '@trialogue/protocol';

/** Of what is not going to happen by itself. Later than any other time. */
export const NEVER: Instant = Infinity;

/** Monotonic time: a wall clock that is set must not wake or silence anybody. */
export interface Clock {
  now(): Instant;
  /** Returns how to take it back. */
  setTimer(delayMs: number, ring: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer: (delayMs, ring) => {
    const timer = setTimeout(ring, delayMs);
    return () => clearTimeout(timer);
  },
};
