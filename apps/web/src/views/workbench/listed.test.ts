import { describe, expect, test } from 'vitest';

import { agentsOf } from './agents.ts';
import { listed, noon } from './examples.ts';
import { afterDone, byNeed, neighbour, shownRows } from './listed.ts';
import { rowWindow } from './rowWindow.ts';
import { passed, urgencyOf } from './sla.ts';

const names = (rows: { name: string }[]) => rows.map(({ name }) => name);

describe('client.md §4.5 W: the list is sorted by waiting time', () => {
  const quiet = listed('quiet', { updatedAt: noon + 9_000 });
  const older = listed('older', { updatedAt: noon });
  const long = listed('long', { waiting: [['user', noon - 60_000]] });
  const both = listed('both', {
    waiting: [
      ['merchant', noon - 90_000],
      ['user', noon - 1_000],
    ],
  });
  const closed = listed('closed', { status: 'closed', waiting: [['user', noon - 900_000]], updatedAt: noon - 1 });

  test('who has waited longest is first, then those where nobody waits, newest first', () => {
    expect(names([quiet, long, older, closed, both].toSorted(byNeed))).toEqual([
      'both',
      'long',
      'quiet',
      'older',
      'closed',
    ]);
  });

  test('the chosen one stays in sight when it has left the filter', () => {
    expect(names(shownRows([long], quiet))).toEqual(['long', 'quiet']);
    expect(names(shownRows([long, quiet], quiet))).toEqual(['long', 'quiet']);
  });

  test('one goes through the list with next and previous, and stops at its ends', () => {
    const rows = [both, long, quiet];
    expect(neighbour(rows, undefined, 1)).toBe(both);
    expect(neighbour(rows, both.dlgId, 1)).toBe(long);
    expect(neighbour(rows, quiet.dlgId, 1)).toBeUndefined();
    expect(neighbour(rows, both.dlgId, -1)).toBeUndefined();
  });

  test('when one is done with, the one after it is at hand; at the end the one before', () => {
    const rows = [both, long, quiet];
    expect(afterDone(rows, both.dlgId)).toBe(long);
    expect(afterDone(rows, quiet.dlgId)).toBe(long);
    expect(afterDone([quiet], quiet.dlgId)).toBeUndefined();
  });
});

describe('client.md §4.5 W: SLA', () => {
  test('two minutes are soon, five are late', () => {
    expect(urgencyOf(noon, noon + 119_999)).toBe('calm');
    expect(urgencyOf(noon, noon + 120_000)).toBe('soon');
    expect(urgencyOf(noon, noon + 300_000)).toBe('late');
  });

  test('a time is told in its largest unit, and never below nothing', () => {
    expect(passed(-5, 'en')).toBe('0 sec');
    expect(passed(59_999, 'en')).toBe('59 sec');
    expect(passed(12 * 60_000, 'zh-CN')).toBe('12分钟');
    expect(passed(49 * 3_600_000, 'en')).toBe('2 days');
  });
});

describe('a list of many conversations', () => {
  test('draws what is seen and a little more, and keeps room for the rest', () => {
    const seen = rowWindow(5_000, 84, 84 * 100, 840);
    expect(seen).toEqual({ from: 92, to: 118, beforePx: 92 * 84, afterPx: (5_000 - 118) * 84 });
  });

  test('of no more rows than there are, wherever it was scrolled to before', () => {
    expect(rowWindow(3, 84, 84 * 100, 840)).toMatchObject({ from: 2, to: 3, afterPx: 0 });
    expect(rowWindow(0, 84, 0, 840)).toEqual({ from: 0, to: 0, beforePx: 0, afterPx: 0 });
  });
});

test('client.md §4.5 W: who else of customer service is here is known, and to them it can be handed', () => {
  const row = listed('one', { agents: ['cy', 'dee', 'eli'] });
  const [, , cy, dee] = row.members;
  const here = [{ ...dee!, remark: '', online: true, readSeq: 0, deliveredSeq: 0 }];
  expect(agentsOf(row, here, cy!.userId).map(({ name, isOnline }) => [name, isOnline])).toEqual([
    ['dee', true],
    ['eli', false],
  ]);
  expect(agentsOf(undefined, [], cy!.userId)).toEqual([]);
});
