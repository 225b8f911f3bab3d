import type { Instant } from '@trialogue/protocol';

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
