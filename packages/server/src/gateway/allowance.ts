/** How many frames one socket may send a second, and at once. */
export const FRAMES_PER_SECOND = 30;
export const FRAMES_AT_ONCE = 60;
/** So far into debt – ten seconds' worth of refused frames – it is no accident any more. */
const DEBT_MOST = 10 * FRAMES_PER_SECOND;

/** A bucket of frames that refills with time. Refused frames are paid for too, so it may run into debt. */
export interface Allowance {
  readonly left: number;
  /** When `left` was true. */
  readonly at: number;
}

export const fullAllowance = (now: number): Allowance => ({ left: FRAMES_AT_ONCE, at: now });

/** Takes one frame out. */
export function spend({ left, at }: Allowance, now: number): Allowance {
  const refilled = left + ((now - at) * FRAMES_PER_SECOND) / 1000;
  return { left: Math.min(FRAMES_AT_ONCE, refilled) - 1, at: now };
}

export const isOverdrawn = ({ left }: Allowance): boolean => left < 0;
export const isAbused = ({ left }: Allowance): boolean => left < -DEBT_MOST;

/** Until the next frame would pass. */
export const retryAfterMs = ({ left }: Allowance): number => Math.ceil(((1 - left) * 1000) / FRAMES_PER_SECOND);
