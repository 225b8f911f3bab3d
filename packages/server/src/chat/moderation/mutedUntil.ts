import type { Instant } from '@trialogue/protocol';

/** Until it is taken back, as the storage keeps it: the last moment that a `Date` can name. */
export const NO_END: Instant = 8_640_000_000_000_000;

/** As it is told: nothing of one who may write, null where there is no end. */
export const toldMute = (until: Instant | null | undefined, now: Instant): { mutedUntil?: Instant | null } =>
  typeof until !== 'number' || until <= now ? {} : { mutedUntil: until === NO_END ? null : until };
