import { id, type ClientMsgId, type DlgId } from '@trialogue/protocol';
import { tea } from '@trialogue/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  ACK_MS,
  dueAt,
  entryOf,
  find,
  lost,
  mayBeStored,
  nextAt,
  outboxDueAt,
  put,
  remove,
  sealAgain,
  sendAgain,
  sentAt,
  spoil,
  type Entry,
  type Outbox,
} from './outbox.ts';

const coffee = id<DlgId>('coffee');
const name = (clientMsgId: string, dlgId = tea) => ({ dlgId, clientMsgId: id<ClientMsgId>(clientMsgId) });
function queue(...names: ReturnType<typeof name>[]): Outbox {
  const outbox: Entry[] = [];
  for (const of of names) {
    outbox.push(entryOf({ ...of, content: `sealed ${of.clientMsgId}`, at: nextAt(outbox, 0), isUnsure: false }));
  }
  return outbox;
}
/** The outbox in which this has become of the message. */
function become(outbox: Outbox, of: ReturnType<typeof name>, to: (entry: Entry) => Entry): Outbox {
  const entry = find(outbox, of);
  return entry ? put(outbox, to(entry)) : outbox;
}
function goOut(outbox: Outbox, now: number): [Outbox, Entry[]] {
  const due = dueAt(outbox, now);
  return [outbox.map((entry) => (due.includes(entry) ? sentAt(entry, now, 1) : entry)), due];
}
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
      [sending.map(lost), 1],
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
    expect(isUnsure(become(sending, name('a'), (entry) => sendAgain(entry, 5)))).toEqual([false]);
    expect(isUnsure(sending.map(lost))).toEqual([true]);
    const [again] = goOut(sending.map(lost), 1);
    expect(isUnsure(become(again, name('a'), (entry) => sendAgain(entry, 5)))).toEqual([true]);
  });

  test('a message that the server cannot take now holds back those after it', () => {
    const [sending] = goOut(queue(name('a'), name('b')), 0);
    const resting = become(sending, name('a'), (entry) => sendAgain(entry, 500));
    expect(out(resting, 499)).toEqual([]);
    expect(out(resting, 500)).toEqual(['a']);
  });

  test('a message under an old key waits, and goes out under the new one', () => {
    const stale = become(goOut(queue(name('a')), 0)[0], name('a'), spoil);
    expect(out(stale, 100_000)).toEqual([]);
    const resealed = become(stale, name('a'), (entry) => sealAgain(entry, 'sealed anew'));
    expect(goOut(resealed, 1)[1]).toMatchObject([{ content: 'sealed anew' }]);
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
            if (what === 'later') outbox = become(outbox, entry, (sent) => sendAgain(sent, now + 10));
            if (what === 'dropped') outbox = outbox.map(lost);
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
