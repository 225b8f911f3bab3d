import { id, type ClientMsgId, type MsgId, type Payload } from '@trialogue/protocol';
import type { OutboxEvent, Waiting } from '@trialogue/sdk';
import { ada, tea } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import { createFolding, withPending } from './entries.ts';
import { after, disconnected, withKept, withOne, without, type Pending } from './pending.ts';

const NOW = 50_000;
const nameOf = (name: string) => ({ dlgId: tea, clientMsgId: id<ClientMsgId>(name) });
const text = (words: string): Payload => ({ type: 'text', text: words });
const one = (name: string, sentAt: number, more: Partial<Pending> = {}): Pending => ({
  clientMsgId: nameOf(name).clientMsgId,
  said: text(name),
  sentAt,
  state: 'queued',
  ...more,
});
const elsewhere = (name: string, at: number): Waiting => ({
  ...nameOf(name),
  state: 'queued',
  at,
  payload: text(name),
  isElsewhere: true,
});
const names = (all: readonly Pending[]) => all.map(({ clientMsgId }) => clientMsgId);

describe('our own messages on their way', () => {
  test('I10: stand in the order in which they were sent, whichever tab they are of', () => {
    const all = [one('a', 1), one('c', 3)];
    const event: OutboxEvent = { ...nameOf('b'), state: 'queued', waiting: elsewhere('b', 2) };
    expect(names(after(all, event, NOW))).toEqual(['a', 'b', 'c']);
    expect(names(withOne(withOne([], one('x', 5)), one('y', 5)))).toEqual(['x', 'y']);
  });

  test('I12: one that is heard of twice is there once, and keeps its place', () => {
    const all = after(
      [one('a', 1), one('b', 2)],
      { ...nameOf('a'), state: 'sending', waiting: elsewhere('a', 1) },
      NOW,
    );
    expect(names(all)).toEqual(['a', 'b']);
    expect(all[0]?.state).toBe('sending');
  });

  test('one that nobody told us the words of is not shown', () => {
    const locked: Waiting = { ...elsewhere('a', 1), payload: null };
    expect(withKept([], [locked])).toEqual([]);
    expect(after([], { ...nameOf('a'), state: 'queued', waiting: locked }, NOW)).toEqual([]);
    expect(after([], { ...nameOf('a'), state: 'sending' }, NOW)).toEqual([]);
  });

  test('one that came too fast waits, until then; the wait is over once it goes out', () => {
    const held = after([one('a', 1)], { ...nameOf('a'), state: 'queued', error: 'rate.limited', waitMs: 4_000 }, NOW);
    expect(held[0]).toMatchObject({ state: 'queued', error: 'rate.limited', until: NOW + 4_000 });
    const [next] = after(held, { ...nameOf('a'), state: 'sending' }, NOW);
    expect([next?.state, next?.error, next?.until]).toEqual(['sending', undefined, undefined]);
  });

  test('without a connection it waits for that, and no longer for what the server said', () => {
    const held = one('a', 1, { error: 'rate.limited', until: 9 });
    const failed = one('b', 2, { state: 'failed', error: 'message.too_large' });
    expect(disconnected([held, failed]).map(({ error, until }) => [error, until])).toEqual([
      [undefined, undefined],
      ['message.too_large', undefined],
    ]);
  });

  test('what the SDK keeps is taken in, and takes nothing away that its events have told', () => {
    const held = one('a', 1, { error: 'rate.limited', until: 9 });
    const kept = withKept(
      [held, one('b', 2)],
      [elsewhere('a', 1), { ...elsewhere('b', 2), state: 'failed' }, elsewhere('c', 3)],
    );
    expect(kept.map(({ clientMsgId, state, error }) => [clientMsgId, state, error])).toEqual([
      ['a', 'queued', 'rate.limited'],
      ['b', 'failed', undefined],
      ['c', 'queued', undefined],
    ]);
  });

  test('what holds back the first holds back all behind it, and nothing that has failed', () => {
    const held = { error: 'rate.limited', until: 9 };
    const pending = [one('a', 1, held), one('b', 2), one('c', 3, { state: 'failed' })];
    const entries = withPending(createFolding(ada.userId)([]), pending, ada.userId);
    expect(entries.map(({ error, until }) => [error, until])).toEqual([
      ['rate.limited', 9],
      ['rate.limited', 9],
      [undefined, undefined],
    ]);
  });

  test('one that is stored says so before its place in the list is known, and goes when it is in the list', () => {
    const stored = { state: 'sent', seq: 7, msgId: id<MsgId>('m7'), sentAt: 2_000 } as const;
    const all = after([one('a', 1)], { ...nameOf('a'), ...stored }, NOW);
    expect(all[0]?.state).toBe('sent');
    expect(without(all, new Set([nameOf('a').clientMsgId]))).toEqual([]);
    expect(without(all, new Set())).toBe(all);
  });

  test('one that was given up in another tab goes here too', () => {
    expect(after([one('a', 1, { state: 'failed' })], { ...nameOf('a'), state: 'discarded' }, NOW)).toEqual([]);
  });
});
