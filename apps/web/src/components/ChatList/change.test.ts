import { id, type ClientMsgId, type Seq } from '@trialogue/protocol';
import { ada } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import { changeBetween, placeOfSeq } from './change.ts';
import type { Entry } from './rows.ts';

const row = (key: number, seq: Seq | 'none' = key, more: Partial<Entry> = {}): Entry => ({
  key: `k${key}`,
  seq: seq === 'none' ? undefined : seq,
  clientMsgId: id<ClientMsgId>(`k${key}`),
  fromuid: ada.userId,
  said: { type: 'text', text: '' },
  sentAt: key,
  recalled: false,
  state: 'sent',
  ...more,
});
const rows = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => row(from + at));
const keys = (entries: readonly Entry[] | undefined) => entries?.map(({ key }) => key);

test('tells how many rows came before', () => {
  expect(changeBetween(rows(11, 20), rows(1, 20))).toEqual({ atTop: 10, fresh: [], failed: [] });
});

test('tells what was said since, also with own messages behind it', () => {
  const before = [...rows(1, 3), row(90, 'none')];
  const next = [...rows(1, 5), row(90, 'none'), row(91, 'none')];
  expect(keys(changeBetween(before, next)?.fresh)).toEqual(['k4', 'k5', 'k91']);
});

test('an own message that has its place in the log now is not said anew', () => {
  expect(keys(changeBetween([row(1), row(90, 'none')], [row(1), row(90, 2)])?.fresh)).toEqual([]);
});

test('a first row that turned out to be about another one does not make it another list', () => {
  expect(changeBetween(rows(10, 20), [...rows(1, 9), ...rows(11, 20)])?.atTop).toBe(8);
});

test('another log, or another part of it, is another list', () => {
  expect(changeBetween(rows(1000, 1010), rows(1, 50))).toBeUndefined();
  expect(changeBetween([], rows(1, 50))).toBeUndefined();
});

test('tells which of our own have failed just now', () => {
  const [waiting, failed] = [row(90, 'none', { state: 'sending' }), row(90, 'none', { state: 'failed' })];
  expect(keys(changeBetween([row(1), waiting], [row(1), failed])?.failed)).toEqual(['k90']);
  expect(keys(changeBetween([row(1), failed], [row(1), failed])?.failed)).toEqual([]);
});

test('finds a place in a long list, and before those that have none', () => {
  const entries = [...rows(1, 1000).filter(({ seq }) => seq !== 500), row(9999, 'none')];
  expect(placeOfSeq(entries, 1)).toBe(0);
  expect(placeOfSeq(entries, 500)).toBe(499);
  expect(entries[placeOfSeq(entries, 501)]?.seq).toBe(501);
  expect(placeOfSeq(entries, 5000)).toBe(999);
});
