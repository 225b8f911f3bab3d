import type { Limits } from '@trialogue/protocol';

import { leftIn, taken, type FullAt, type Rate } from '../access/bucket.ts';

export const frameRate = ({ framesPerSecond, framesBurst }: Limits): Rate => ({
  perSecond: framesPerSecond,
  burst: framesBurst,
});

/** So many seconds' worth in debt, it is no accident any more. */
const DEBT_SECONDS = 10;

/** A bucket out of which is taken first and asked afterwards. What is refused is paid for too, so it may run into debt. */
export interface Allowance {
  readonly fullAt: FullAt;
  /** After the last one was taken. */
  readonly left: number;
}

export const fullAllowance = ({ burst }: Rate, now: number): Allowance => ({ fullAt: now, left: burst });

/** Takes one out. */
export function spend({ fullAt }: Allowance, rate: Rate, now: number): Allowance {
  const next = taken(fullAt, rate, now, 1);
  return { fullAt: next, left: leftIn(next, rate, now) };
}

export const isOverdrawn = ({ left }: Allowance): boolean => left < 0;
export const isAbused = ({ left }: Allowance, { perSecond }: Rate): boolean => left < -DEBT_SECONDS * perSecond;

/** Until the next one would pass. */
export const retryAfterMs = ({ left }: Allowance, { perSecond }: Rate): number =>
  Math.ceil(((1 - left) * 1000) / perSecond);
