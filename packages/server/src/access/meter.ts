import { Refused } from '@trialogue/protocol';

import { givenBack, taken, waitMs, type FullAt, type Rate } from './bucket.ts';

/** Buckets by name: of users, of addresses. */
export interface Meter {
  /**
   * Takes `cost` out of every bucket of this name, or out of none.
   * @returns how to give it back. @throws {Refused} rate.limited, with the time to wait
   */
  take(name: string, cost?: number): () => void;
  /** How many names are remembered. */
  readonly size: number;
}

/** Full buckets are swept out when there are so many names, or twice as many as the last sweep left. */
const SWEEP_AT = 1_000;
/** More names at once would be a flood from many; the oldest are forgotten then. */
const MOST_NAMES = 100_000;

/**
 * Every name has one bucket for each of `rates`, and all of them must hold what is asked for.
 *
 * @param says the rule in words, for whoever is refused
 * @param now milliseconds of a clock that never jumps: whoever sets the wall clock shall not lock anybody out
 */
export function createMeter(rates: readonly Rate[], says: string, now: () => number): Meter {
  const names = new Map<string, FullAt[]>();
  let sweepAt = SWEEP_AT;

  const change = (name: string, change: (fullAt: FullAt, rate: Rate) => FullAt) => {
    const fullAts = names.get(name);
    names.set(
      name,
      rates.map((rate, nth) => change(fullAts?.[nth] ?? 0, rate)),
    );
  };
  const forgetSome = (at: number) => {
    if (names.size >= sweepAt) {
      for (const [name, fullAts] of names) if (fullAts.every((fullAt) => fullAt <= at)) names.delete(name);
      sweepAt = Math.max(SWEEP_AT, 2 * names.size);
    }
    const [oldest] = names.keys();
    if (names.size > MOST_NAMES && oldest !== undefined) names.delete(oldest);
  };

  return {
    take(name, cost = 1) {
      const takenAt = now();
      const fullAts = names.get(name);
      const wait = Math.max(...rates.map((rate, nth) => waitMs(fullAts?.[nth] ?? 0, rate, takenAt, cost)));
      if (wait > 0) throw new Refused('rate.limited', says, wait);
      change(name, (fullAt, rate) => taken(fullAt, rate, takenAt, cost));
      forgetSome(takenAt);
      return () => {
        if (names.has(name)) change(name, (fullAt, rate) => givenBack(fullAt, rate, now(), { cost, takenAt }));
      };
    },
    get size() {
      return names.size;
    },
  };
}
