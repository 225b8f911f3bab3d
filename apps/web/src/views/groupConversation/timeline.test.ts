import { id, type ClientMsgId, type MsgId, type Seq } from '@trialogue/protocol';
import { ada } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import { begin, hole, nothingYet, prepend, reopened, take, type Line, type Said } from './timeline.ts';

const line = (seq: Seq, said: Said = { type: 'text', text: `${seq}` }): Line => ({
  key: `m${seq}`,
  seq,
  clientMsgId: id<ClientMsgId>(`m${seq}`),
  fromuid: ada.userId,
  said,
  sentAt: seq * 1000,
  recalled: false,
  state: 'sent',
});
const lines = (from: Seq, to: Seq) => Array.from({ length: to - from + 1 }, (_, at) => line(from + at));
const seqs = ({ run }: { run: readonly Line[] }) => run.map(({ seq }) => seq);

describe('the timeline of one conversation', () => {
  test('waits for the first page, then goes on with what came meanwhile', () => {
    const early = take(nothingYet, [line(6)]);
    expect(seqs(early)).toEqual([]);
    expect(seqs(begin(early, lines(3, 5), 5))).toEqual([3, 4, 5, 6]);
  });

  test('opens what came before its key once the key is there', () => {
    const sealed = { ...line(2), msgId: id<MsgId>('m'), content: 'IM1.…' };
    const locked = line(2, { type: 'unopened', sealed });
    const held = take(begin(nothingYet, [line(1), locked], 2), [line(4, { type: 'unopened', sealed })]);
    const open = reopened(held, () => line(2));
    expect(open.run).toEqual(lines(1, 2));
    expect(open.early.get(4)?.said.type).toBe('text');
  });

  test('shows nothing behind a hole until the hole is filled', () => {
    const gapped = take(begin(nothingYet, lines(1, 2), 2), [line(5), line(4)]);
    expect(seqs(gapped)).toEqual([1, 2]);
    expect(hole(gapped)).toBe(2);
    const filled = take(gapped, [line(3)]);
    expect(seqs(filled)).toEqual([1, 2, 3, 4, 5]);
    expect(hole(filled)).toBeUndefined();
  });

  test('holds a message once, however often it comes', () => {
    const twice = take(take(begin(nothingYet, lines(1, 2), 2), [line(3)]), [line(3), line(2)]);
    expect(seqs(twice)).toEqual([1, 2, 3]);
  });

  test('begins with message 1 in an empty conversation', () => {
    expect(seqs(take(begin(nothingYet, [], 0), [line(1)]))).toEqual([1]);
  });

  test('puts an older page before the run, and drops one that does not touch it', () => {
    const now = begin(nothingYet, lines(11, 12), 12);
    expect(seqs(prepend(now, lines(9, 10)))).toEqual([9, 10, 11, 12]);
    expect(prepend(now, lines(5, 8))).toBe(now);
    expect(seqs(prepend(prepend(now, lines(9, 10)), lines(9, 10)))).toEqual([9, 10, 11, 12]);
  });

  test('a tombstone replaces the line it came for', () => {
    const now = begin(nothingYet, lines(1, 3), 3);
    const then = take(now, [{ ...line(2, { type: 'system', event: 'recalled' }), recalled: true }]);
    expect(then.run[1]?.recalled).toBe(true);
    expect(seqs(then)).toEqual([1, 2, 3]);
  });
});
