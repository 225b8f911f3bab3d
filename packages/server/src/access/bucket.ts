/** How often something may be done: `burst` times at once, and then evenly. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/**
 * A bucket that refills with time, told by nothing but the moment at which it is full again; a moment that has passed
 * says that it is full. In any time T it gives out at most `burst + perSecond · T`.
 *
 * Moments are milliseconds of a clock that never jumps.
 */
export type FullAt = number;

/** Fractions do not add up exactly: below this there is no difference. */
const NOTHING = 1e-6;

/** How long it takes to refill what was taken. */
const refillMs = ({ perSecond }: Rate, cost: number): number => (cost * 1000) / perSecond;

/** What is in it. Below zero it is owed. */
export function leftIn(fullAt: FullAt, { burst, perSecond }: Rate, now: number): number {
  const left = burst - (Math.max(0, fullAt - now) * perSecond) / 1000;
  return Math.abs(left - Math.round(left)) < NOTHING ? Math.round(left) : left;
}

/** Takes `cost` out, though it be owed. */
export const taken = (fullAt: FullAt, rate: Rate, now: number, cost: number): FullAt =>
  Math.max(fullAt, now) + refillMs(rate, cost);

/** Puts back what was taken at `takenAt`, but for what has refilled since. */
export const givenBack = (
  fullAt: FullAt,
  rate: Rate,
  now: number,
  { cost, takenAt }: { cost: number; takenAt: number },
) => fullAt - Math.max(0, refillMs(rate, cost) - (now - takenAt));

/** Until `cost` is in it, in whole milliseconds; 0: it is. */
export function waitMs(fullAt: FullAt, rate: Rate, now: number, cost: number): number {
  const ms = refillMs(rate, cost - leftIn(fullAt, rate, now));
  return ms <= NOTHING ? 0 : Math.ceil(ms - NOTHING);
}
