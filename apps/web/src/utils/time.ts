import type { Instant } from '@trialogue/protocol';

import { locale, t } from './i18n/index.ts';

/** Making one costs more than using it a hundred times, and every row of a list says when. */
const formats = new Map<string, Intl.DateTimeFormat>();
function format(at: Instant, options: Intl.DateTimeFormatOptions): string {
  const name = `${locale.value} ${JSON.stringify(options)}`;
  const known = formats.get(name) ?? new Intl.DateTimeFormat(locale.value, options);
  formats.set(name, known);
  return known.format(at);
}

const DAY_MS = 24 * 60 * 60_000;

const startOfDay = (at: Instant): number => new Date(at).setHours(0, 0, 0, 0);

export const isSameDay = (one: Instant, other: Instant): boolean => startOfDay(one) === startOfDay(other);

/** 14:05, in every language; without `Intl`, which takes its time before the first row is there. */
export function clock(at: Instant): string {
  const day = new Date(at);
  return [day.getHours(), day.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** Today, yesterday, the weekday within a week, then the date; the year only when it is another. */
export function dayWords(at: Instant, now: Instant): string {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS);
  if (days === 0) return t('today');
  if (days === 1) return t('yesterday');
  if (days > 1 && days < 7) return format(at, { weekday: 'long' });
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return format(at, { month: 'long', day: 'numeric', ...(!isThisYear && { year: 'numeric' as const }) });
}

/** For a row in a list of conversations: the time today, else the day. */
export const shortWhen = (at: Instant, now: Instant): string => (isSameDay(at, now) ? clock(at) : dayWords(at, now));

/** The whole of it, for a tooltip or a screen reader. */
export const fullWhen = (at: Instant): string => format(at, { dateStyle: 'medium', timeStyle: 'short' });
