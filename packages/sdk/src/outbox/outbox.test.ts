import { id, type ClientMsgId, type DlgId } from '@trialogue/protocol';
import { tea } from '@trialogue/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  ACK_MS,
  add,
  find,
  goOut,
  lost,
  mayBeStored,
  outboxDueAt,
  remove,
  rest,
  sealAgain,
  spoil,
  type Outbox,
} from './outbox.ts';

const coffee = id<DlgId>('coffee');
const name = (clientMsgId: string, dlgId = tea) => ({ dlgId, clientMsgId: id<ClientMsgId>(clientMsgId) });
const queue = (...names: ReturnType<typeof name>[]): Outbox =>
  names.reduce<Outbox>((outbox, of) => add(outbox, { ...of, content: `sealed ${of.clientMsgId}` }, 0), []);
const out = (outbox: Outbox, now: number) => goOut(outbox, now)[1].map((entry) => entry.clientMsgId);

describe('the outbox', () => {
  test('sends one message of a conversation at a time, and other conversations do not wait', () => {
    const outbox = queue(name('a'), name('b'), name('x', coffee));
    const [sending, gone] = goOut(outbox, 0);
    expect(gone.map((entry) => entry.clientMsgId)).toEqual(['a', 'x']);
    expect(out(sending, 1)).toEqual([]);
    expect(out(remove(sending, name('a')), 1)).toEqual(['b']);
  });

  test('after a loss, and when no answer comes, the same bytes go out again', () => {
    const [sending] = goOut(queue(name('a')), 0);
    expect(outboxDueAt(sending)).toBe(ACK_MS);
    for (const [outbox, now] of [
      [sending, ACK_MS],
      [lost(sending), 1],
    ] as const) {
      expect(goOut(outbox, now)[1]).toMatchObject([{ clientMsgId: 'a', content: 'sealed a' }]);
    }
  });

  test('only a message that went out unanswered may be stored', () => {
    const waiting = queue(name('a'));
    const [sending] = goOut(waiting, 0);
    const isUnsure = (outbox: Outbox) => outbox.map(mayBeStored);
    expect(isUnsure(waiting)).toEqual([false]);
    expect(isUnsure(sending)).toEqual([true]);
    expect(isUnsure(rest(sending, name('a'), 5))).toEqual([false]);
    expect(isUnsure(lost(sending))).toEqual([true]);
    expect(isUnsure(rest(goOut(lost(sending), 1)[0], name('a'), 5))).toEqual([true]);
  });

  test('a message that the server cannot take now holds back those after it', () => {
    const [sending] = goOut(queue(name('a'), name('b')), 0);
    const resting = rest(sending, name('a'), 500);
    expect(out(resting, 499)).toEqual([]);
    expect(out(resting, 500)).toEqual(['a']);
  });

  test('a message under an old key waits, and goes out under the new one', () => {
    const stale = spoil(goOut(queue(name('a')), 0)[0], name('a'));
    expect(out(stale, 100_000)).toEqual([]);
    expect(goOut(sealAgain(stale, name('a'), 'sealed anew'), 1)[1]).toMatchObject([{ content: 'sealed anew' }]);
  });

  test('whatever is lost and refused, a conversation is stored in the order it was sent (I10) and all of it once', () => {
    const fate = fc.constantFrom('stored', 'ack lost', 'send lost', 'later', 'dropped');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.array(fate, { maxLength: 60 }), (count, fates) => {
        const names = Array.from({ length: count }, (_, at) => name(`m${at}`, at % 3 === 0 ? coffee : tea));
        const log: string[] = [];
        const store = (of: string) => void (log.includes(of) || log.push(of));
        let outbox = queue(...names);
        let now = 0;
        const fateOf = () => fates.pop() ?? 'stored';
        for (let turns = 0; outbox.length > 0 && turns < 400; turns++, now += ACK_MS) {
          const [after, gone] = goOut(outbox, now);
          outbox = after;
          for (const entry of gone) {
            const what = fateOf();
            if (what === 'stored' || what === 'ack lost') store(entry.clientMsgId);
            if (what === 'stored') outbox = remove(outbox, entry);
            if (what === 'later') outbox = rest(outbox, entry, now + 10);
            if (what === 'dropped') outbox = lost(outbox);
          }
        }
        for (const of of [tea, coffee]) {
          const sent = names.filter(({ dlgId }) => dlgId === of).map(({ clientMsgId }) => clientMsgId as string);
          expect(log.filter((stored) => sent.includes(stored))).toEqual(sent);
        }
        expect(find(outbox, name('m0', coffee))).toBeUndefined();
      }),
    );
  });
});
