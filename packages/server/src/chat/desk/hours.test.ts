import type { Hours } from '@trialogue/protocol/api';
import { describe, expect, test } from 'vitest';

import { checkHours, openingAt } from './hours.ts';

const nineToSix = [{ from: '09:00', to: '18:00' }];
const workdays = { mon: nineToSix, tue: nineToSix, wed: nineToSix, thu: nineToSix, fri: nineToSix };
const shanghai: Hours = { timeZone: 'Asia/Shanghai', week: workdays };
const at = (time: string) => Date.parse(time);
const opens = (hours: Hours, now: string): string | null => {
  const { isOpen, opensAt } = openingAt(hours, at(now));
  return isOpen ? 'open' : opensAt === null ? null : new Date(opensAt).toISOString();
};

describe('client.md §4.5 M "off-hours"', () => {
  test('without hours somebody is always there', () => {
    expect(openingAt(undefined, 0)).toEqual({ isOpen: true, opensAt: null });
  });

  test('clocks are those of the time zone: from the first minute on, to the last', () => {
    // Monday.
    expect(opens(shanghai, '2026-11-23T08:59:59+08:00')).toBe('2026-11-23T01:00:00.000Z');
    expect(opens(shanghai, '2026-11-23T09:00:00+08:00')).toBe('open');
    expect(opens(shanghai, '2026-11-23T17:59:59+08:00')).toBe('open');
    expect(opens(shanghai, '2026-11-23T18:00:00+08:00')).toBe('2026-11-24T01:00:00.000Z');
  });

  test('after the last day of the week comes the first', () => {
    expect(opens(shanghai, '2026-11-27T20:00:00+08:00')).toBe('2026-11-30T01:00:00.000Z');
    expect(opens(shanghai, '2026-11-29T23:59:00+08:00')).toBe('2026-11-30T01:00:00.000Z');
  });

  test('a lunch break is a gap between two spans, whichever stands first', () => {
    const mon = [
      { from: '13:30', to: '18:00' },
      { from: '09:00', to: '12:00' },
    ];
    const hours = { ...shanghai, week: { mon } };
    expect(opens(hours, '2026-11-23T08:00:00+08:00')).toBe('2026-11-23T01:00:00.000Z');
    expect(opens(hours, '2026-11-23T12:10:00+08:00')).toBe('2026-11-23T05:30:00.000Z');
  });

  test('a night shift is open at midnight', () => {
    const hours: Hours = {
      timeZone: 'Asia/Shanghai',
      week: { mon: [{ from: '22:00', to: '24:00' }], tue: [{ from: '00:00', to: '06:00' }] },
    };
    for (const time of ['2026-11-23T23:59:59', '2026-11-24T00:00:00'])
      expect(opens(hours, `${time}+08:00`)).toBe('open');
    expect(opens(hours, '2026-11-24T06:00:00+08:00')).toBe('2026-11-30T14:00:00.000Z');
  });

  test('a day off is off, whatever day of the week it is', () => {
    const hours = { ...shanghai, closedOn: ['2026-11-23', '2026-11-24'] };
    expect(opens(hours, '2026-11-23T10:00:00+08:00')).toBe('2026-11-25T01:00:00.000Z');
  });

  test('nobody is there for a month: when they will be is not said', () => {
    expect(opens({ ...shanghai, week: {} }, '2026-11-23T10:00:00+08:00')).toBeNull();
  });

  test('nine in the morning stays nine when clocks change', () => {
    const berlin: Hours = { timeZone: 'Europe/Berlin', week: { sun: nineToSix } };
    // The night to 2026-03-29 is an hour short, that to 2026-10-25 an hour long.
    expect(opens(berlin, '2026-03-29T00:30:00+01:00')).toBe('2026-03-29T07:00:00.000Z');
    expect(opens(berlin, '2026-10-25T00:30:00+02:00')).toBe('2026-10-25T08:00:00.000Z');
    expect(opens(berlin, '2026-10-25T08:59:00+01:00')).toBe('2026-10-25T08:00:00.000Z');
    // What no clock ever shows there is soon over.
    const skipped = { ...berlin, week: { sun: [{ from: '02:30', to: '05:00' }] } };
    expect(opens(skipped, '2026-03-29T01:00:00+01:00')).toBe('2026-03-29T01:30:00.000Z');
  });
});

test.for([
  [{ ...shanghai, timeZone: 'Shanghai' }, / body\.hours\.timeZone: expected the name of a time zone/],
  [
    { ...shanghai, week: { mon: [{ from: '18:00', to: '09:00' }] } },
    / body\.hours\.week\.mon\[0\]: expected from before/,
  ],
  [
    { ...shanghai, week: { tue: [...nineToSix, { from: '17:00', to: '19:00' }] } },
    / body\.hours\.week\.tue\[1\]: expected spans that do not overlap/,
  ],
] as [Hours, RegExp][])('what cannot be meant is refused, and why: %#', ([hours, why]) => {
  expect(() => checkHours(hours, 'body.hours')).toThrow(why);
});

test('what can be meant is not', () => {
  expect(() => checkHours(shanghai, 'hours')).not.toThrow();
});
