/** Time that stands still until a test moves it on. */
export interface FakeClock {
  now(): number;
  /** Returns how to take the timer back. */
  setTimer(delayMs: number, ring: () => void): () => void;
  /** Moves on, and rings on the way what is due, each at its time. */
  advance(byMs: number): void;
}

/** The most rings in one `advance`: more means that a timer sets itself again and again without end. */
const MOST_RINGS = 100_000;

export function fakeClock(startMs = 0): FakeClock {
  let now = startMs;
  const timers = new Set<{ at: number; ring: () => void }>();
  const first = () => [...timers].reduce<{ at: number; ring: () => void } | undefined>(earlier, undefined);
  return {
    now: () => now,
    setTimer(delayMs, ring) {
      const timer = { at: now + delayMs, ring };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(byMs) {
      const end = now + byMs;
      for (let rings = 0, next = first(); next && next.at <= end; next = first()) {
        if (++rings > MOST_RINGS) throw new Error('a timer rings without end');
        timers.delete(next);
        now = Math.max(now, next.at);
        next.ring();
      }
      now = end;
    },
  };
}

const earlier = <T extends { at: number }>(a: T | undefined, b: T): T => (a && a.at <= b.at ? a : b);
