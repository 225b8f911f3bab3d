import type { Instant } from '@trialogue/protocol';

/** How pressing it is to answer somebody. */
export type Urgency = 'calm' | 'soon' | 'late';

/** What a shopper bears; beyond it, they leave. */
const SOON_MS = 2 * 60_000;
const LATE_MS = 5 * 60_000;

export function urgencyOf(since: Instant, now: Instant): Urgency {
  const waitedMs = now - since;
  if (waitedMs >= LATE_MS) return 'late';
  return waitedMs >= SOON_MS ? 'soon' : 'calm';
}

/** A time that has passed, in its largest unit: 40 s, 12 min, 3 h, 2 d. */
export function passed(sinceMs: number, locale: string): string {
  const seconds = Math.max(0, Math.floor(sinceMs / 1000));
  const [n, unit] =
    seconds < 60
      ? [seconds, 'second']
      : seconds < 3600
        ? [Math.floor(seconds / 60), 'minute']
        : seconds < 86_400
          ? [Math.floor(seconds / 3600), 'hour']
          : [Math.floor(seconds / 86_400), 'day'];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(n);
}
