import type { Instant } from '@trialogue/protocol';

import { t } from '../../../../utils/i18n/index.ts';
import { fullWhen } from '../../../../utils/time.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Nearer than this, it is counted down. */
const NEAR = 3 * DAY;

/** Until when, in words: a date while it is far, then the time that is left. */
export function expiryWords(expiresAt: Instant, now: Instant): string {
  const seconds = Math.ceil((expiresAt - now) / 1000);
  if (seconds <= 0) return t('status.expired');
  if (seconds > NEAR) return t('expiresAt', { when: fullWhen(expiresAt) });
  const two = (one: number, other: number) => ({
    a: Math.floor(seconds / one),
    b: Math.floor((seconds % one) / other),
  });
  if (seconds >= DAY) return t('left.days', two(DAY, HOUR));
  if (seconds >= HOUR) return t('left.hours', two(HOUR, MINUTE));
  return t('left.minutes', two(MINUTE, 1));
}
