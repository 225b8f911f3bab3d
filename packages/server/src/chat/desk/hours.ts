import { Refused, type Instant } from '@trialogue/protocol';
import type { Hours } from '@trialogue/protocol/api';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** Who is away for longer says so elsewhere. */
const LOOK_AHEAD_DAYS = 31;

export interface Opening {
  isOpen: boolean;
  /** When somebody is there again; null while somebody is, and when that is far. */
  opensAt: Instant | null;
}

/** Whether customer service is there at a moment. Pure; the only library asked is `Intl`. */
export function openingAt(hours: Hours | undefined, now: Instant): Opening {
  if (!hours) return { isOpen: true, opensAt: null };
  const local = wallClock(hours.timeZone, now);
  const today = Math.floor(local / DAY_MINUTES);
  for (let ahead = 0; ahead <= LOOK_AHEAD_DAYS; ahead++) {
    const day = today + ahead;
    for (const { from, to } of spansOf(hours, day)) {
      if (day * DAY_MINUTES + to <= local) continue;
      const opens = day * DAY_MINUTES + from;
      if (opens <= local) return { isOpen: true, opensAt: null };
      return { isOpen: false, opensAt: instantOf(hours.timeZone, opens) };
    }
  }
  return { isOpen: false, opensAt: null };
}

/** @throws {Refused} request.malformed */
export function checkHours(hours: Hours, path: string): void {
  const wrong = (where: string, expected: string) => {
    throw new Refused('request.malformed', `${path}.${where}: expected ${expected}.`);
  };
  try {
    wallClock(hours.timeZone, 0);
  } catch {
    wrong('timeZone', 'the name of a time zone such as Asia/Shanghai or Europe/Berlin');
  }
  for (const [day, spans = []] of Object.entries(hours.week)) {
    let after = 0;
    for (const [at, span] of spans.toSorted(byBegin).entries()) {
      const { from, to } = { from: minutesOf(span.from), to: minutesOf(span.to) };
      if (from >= to) wrong(`week.${day}[${at}]`, 'from before to; what goes past midnight is two spans');
      if (from < after) wrong(`week.${day}[${at}]`, 'spans that do not overlap');
      after = to;
    }
  }
}

interface Span {
  from: string;
  to: string;
}
const byBegin = (one: Span, other: Span): number => minutesOf(one.from) - minutesOf(other.from);

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Of a day, counted from 1970-01-01: from when to when, in minutes, earliest first. */
function spansOf({ week, closedOn = [] }: Hours, day: number): { from: number; to: number }[] {
  const date = new Date(day * DAY_MINUTES * MINUTE_MS);
  if (closedOn.includes(date.toISOString().slice(0, 10))) return [];
  const spans = week[DAYS[date.getUTCDay()] ?? 'sun'] ?? [];
  return spans.toSorted(byBegin).map(({ from, to }) => ({ from: minutesOf(from), to: minutesOf(to) }));
}

/** What clocks there show: minutes since their own 1970-01-01 00:00. @throws {RangeError} no such time zone */
function wallClock(timeZone: string, now: Instant): number {
  const shown = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(now);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(shown.find((each) => each.type === type)?.value);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute')) / MINUTE_MS;
}

/** The moment at which clocks there show this; one that a change of clocks skips is taken for the one right behind. */
function instantOf(timeZone: string, local: number): Instant {
  const offsetAt = (minutes: number) => wallClock(timeZone, minutes * MINUTE_MS) - minutes;
  const guess = local - offsetAt(local);
  return (local - offsetAt(guess)) * MINUTE_MS;
}
