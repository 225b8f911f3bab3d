import { SYSTEM, id, type ClientMsgId, type Seq, type UserId } from '@trialogue/protocol';
import { ada, bo, cy } from '@trialogue/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createFolding, withPending } from './entries.ts';
import type { Pending } from './pending.ts';
import { begin, nothingYet, prepend, take, type Line, type Said } from './timeline.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const line = (seq: Seq, fromuid: UserId, said: Said | string, more: Partial<Line> = {}): Line => ({
  key: `${fromuid} m${seq}`,
  seq,
  clientMsgId: id<ClientMsgId>(`m${seq}`),
  fromuid,
  said: typeof said === 'string' ? { type: 'text', text: said } : said,
  sentAt: seq * 1000,
  recalled: false,
  state: 'sent',
  ...more,
});
const edit = (seq: Seq, of: Seq, text: string, by = ada.userId, more: Partial<Line> = {}) =>
  line(seq, by, { type: 'edit', seq: of, text }, more);
const order = (seq: Seq, status = 'paid') =>
  line(seq, SYSTEM, {
    type: 'order',
    orderId: '1',
    title: '龙井',
    status,
    total: { amount: '9.00', currency: 'CNY' },
    ref: 'order-1',
  });
const update = (seq: Seq, changes: Record<string, unknown>, by: UserId = SYSTEM) =>
  line(seq, by, { type: 'cardUpdate', ref: 'order-1', changes });
const ask = (seq: Seq) => line(seq, SYSTEM, { type: 'ratingRequest' });
const rate = (seq: Seq, of: Seq | undefined, stars: number, more: Partial<Line> = {}) =>
  line(seq, ada.userId, { type: 'rating', stars, ...(of !== undefined && { seq: of }) }, more);
const recall = (seq: Seq, of: Seq, by: UserId = SYSTEM) =>
  line(seq, by, { type: 'system', event: 'recalled', seq: of });

const rowsOf = (...run: Line[]) => createFolding(ada.userId)(run).rows;
const textsOf = (...run: Line[]) => rowsOf(...run).map(({ said }) => (said.type === 'text' ? said.text : said.type));

describe('an edit (client.md §4.2)', () => {
  test('shows in the row of what it is about, which says so, and has none of its own', () => {
    const [row, ...others] = rowsOf(line(1, ada.userId, 'Helo'), edit(2, 1, 'Hello'));
    expect(row).toMatchObject({ seq: 1, key: 'ada m1', said: { type: 'text', text: 'Hello' }, isEdited: true });
    expect(others).toEqual([]);
  });

  test('the last one counts', () => {
    expect(textsOf(line(1, ada.userId, 'a'), edit(2, 1, 'b'), edit(3, 1, 'c'))).toEqual(['c']);
  });

  test('of somebody else, too late, or of what is no text, changes nothing', () => {
    expect(textsOf(line(1, ada.userId, 'a'), edit(2, 1, 'b', bo.userId))).toEqual(['a']);
    expect(textsOf(line(1, ada.userId, 'a'), edit(2, 1, 'b', ada.userId, { sentAt: 1000 + 15 * MINUTE_MS }))).toEqual([
      'b',
    ]);
    expect(textsOf(line(1, ada.userId, 'a'), edit(2, 1, 'b', ada.userId, { sentAt: 1001 + 15 * MINUTE_MS }))).toEqual([
      'a',
    ]);
    expect(textsOf(order(1), edit(2, 1, 'b', SYSTEM))).toEqual(['order']);
  });

  test('that was taken back is as if it had not been', () => {
    expect(textsOf(line(1, ada.userId, 'a'), edit(2, 1, 'b', ada.userId, { recalled: true }))).toEqual(['a', 'edit']);
  });

  test('keeps what was quoted, and takes the new mentions for the old', () => {
    const quote = { seq: 1, fromuid: bo.userId, type: 'text', text: 'x' };
    const said: Said = { type: 'text', text: '@Bo a', quote, mentions: [{ at: 0, length: 3 }] };
    expect(rowsOf(line(2, ada.userId, said), edit(3, 2, 'b'))[0]?.said).toEqual({ type: 'text', text: 'b', quote });
  });
});

describe('a recall', () => {
  test('takes the words away, also those of an edit, and leaves the row', () => {
    const rows = rowsOf(line(1, ada.userId, 'secret'), edit(2, 1, 'secret too'), recall(3, 1));
    expect(rows).toMatchObject([{ seq: 1, key: 'ada m1', recalled: true }]);
    expect(JSON.stringify(rows)).not.toContain('secret');
  });

  test('is believed of the server only', () => {
    expect(rowsOf(line(1, ada.userId, 'a'), recall(2, 1, bo.userId))[0]?.recalled).toBe(false);
  });
});

describe('news of a card', () => {
  test('change it in place, one after the other', () => {
    const rows = rowsOf(order(1), update(2, { status: 'sent' }), update(3, { url: 'https://shop.example/1' }));
    expect(rows).toMatchObject([{ seq: 1, said: { status: 'sent', url: 'https://shop.example/1', title: '龙井' } }]);
  });

  test('are believed of the server only, and of a card that stands before them', () => {
    expect(rowsOf(order(1), update(2, { status: 'sent' }, bo.userId))[0]?.said).toMatchObject({ status: 'paid' });
    expect(rowsOf(update(1, { status: 'sent' }), order(2))[0]?.said).toMatchObject({ status: 'paid' });
  });

  test('that would make it unreadable, or another card, are as if they had not been said', () => {
    const rows = rowsOf(
      order(1),
      update(2, { total: 'nine' }),
      update(3, { status: null }),
      update(4, { type: 'text', ref: 'other', status: 'sent' }),
    );
    expect(rows[0]?.said).toMatchObject({ type: 'order', ref: 'order-1', status: 'sent', total: { amount: '9.00' } });
  });
});

describe('an answer to a card', () => {
  test('stands in the card: the last one of each person', () => {
    const [form] = rowsOf(
      line(1, cy.userId, { type: 'form', title: 'Address', fields: [] }),
      line(2, ada.userId, { type: 'formAnswer', seq: 1, values: [] }),
      line(3, bo.userId, { type: 'formAnswer', seq: 1, values: [] }),
      line(4, ada.userId, { type: 'formAnswer', seq: 1, values: [{ name: 'a', value: 'b' }] }),
    );
    expect(form?.answers?.map(({ seq, fromuid }) => [seq, fromuid])).toEqual([
      [3, bo.userId],
      [4, ada.userId],
    ]);
  });

  test('one may change a rating for a day (client.md §4.5)', () => {
    const within = { sentAt: 2000 + 24 * HOUR_MS };
    const after = { sentAt: 2001 + 24 * HOUR_MS };
    const starsOf = (...run: Line[]) =>
      rowsOf(...run)[0]?.answers?.map(({ said }) => said.type === 'rating' && said.stars);
    expect(starsOf(ask(1), rate(2, 1, 1), rate(3, 1, 5, within))).toEqual([5]);
    expect(starsOf(ask(1), rate(2, 1, 1), rate(3, 1, 5, after))).toEqual([1]);
  });

  test('to something else, or to nothing that is at hand, is a row of its own', () => {
    expect(rowsOf(line(1, bo.userId, 'a'), rate(2, 1, 5))).toHaveLength(2);
    expect(rowsOf(rate(2, 1, 5))).toHaveLength(1);
    expect(rowsOf(rate(2, undefined, 5))).toHaveLength(1);
  });

  test('words that were chosen are said too', () => {
    const rows = rowsOf(
      line(1, cy.userId, { type: 'quickReplies', text: '?', choices: ['yes'] }),
      line(2, ada.userId, { type: 'text', text: 'yes', chosenFrom: 1 }),
    );
    expect(rows).toHaveLength(2);
    expect(rows[0]?.answers).toMatchObject([{ seq: 2, fromuid: ada.userId }]);
  });
});

describe('own messages on their way', () => {
  const folded = createFolding(ada.userId)([line(1, ada.userId, 'Helo'), ask(2)]);
  const pending = (said: Pending['said'], more: Partial<Pending> = {}): Pending => ({
    clientMsgId: id<ClientMsgId>('p'),
    said,
    sentAt: 5000,
    state: 'sending',
    ...more,
  });

  test('an edit and an answer show at once in the row that they are about', () => {
    expect(withPending(folded, [pending({ type: 'edit', seq: 1, text: 'Hello' })], ada.userId)).toMatchObject([
      { seq: 1, said: { text: 'Hello' }, isEdited: true },
      { seq: 2 },
    ]);
    const rated = withPending(folded, [pending({ type: 'rating', stars: 4, seq: 2 })], ada.userId);
    expect(rated).toMatchObject([{ seq: 1 }, { answers: [{ said: { stars: 4 } }] }]);
  });

  test('an edit that failed stands by itself, and can be sent again', () => {
    const rows = withPending(
      folded,
      [pending({ type: 'edit', seq: 1, text: 'Hello' }, { state: 'failed' })],
      ada.userId,
    );
    expect(rows).toMatchObject([{ said: { text: 'Helo' } }, {}, { state: 'failed', said: { text: 'Hello' } }]);
    expect(rows[2]?.seq).toBeUndefined();
  });

  test('one that is in the log already is not shown twice', () => {
    expect(
      withPending(folded, [pending({ type: 'text', text: 'a' }, { clientMsgId: id('m1') })], ada.userId),
    ).toHaveLength(2);
  });
});

const people = fc.constantFrom(ada.userId, bo.userId, SYSTEM);
const anyLog = fc
  .array(fc.tuple(people, fc.nat(8), fc.nat(15), fc.nat(30)), { minLength: 1, maxLength: 15 })
  .map((plan) =>
    plan.map(([by, kind, target, minutes], at): Line => {
      const seq = at + 1;
      const of = (target % plan.length) + 1;
      const makers = [
        () => line(seq, by, `text ${seq}`),
        () => edit(seq, of, `edit ${seq}`, by),
        () => order(seq, `status ${seq}`),
        () => update(seq, seq % 3 === 0 ? { total: 'bad' } : { status: `news ${seq}` }, by),
        () => ask(seq),
        () => line(seq, by, { type: 'rating', stars: 1 + (seq % 5), seq: of }),
        () => line(seq, by, { type: 'text', text: 'yes', chosenFrom: of }),
        () => line(seq, cy.userId, { type: 'quickReplies', text: '?', choices: ['yes'] }),
        () => recall(seq, of, by),
      ];
      return { ...makers[kind]!(), sentAt: seq * minutes * MINUTE_MS };
    }),
  );

describe('folding', () => {
  test('gives the same rows in whatever pages and order the log came', () => {
    const story = anyLog.chain((log) =>
      fc.record({
        log: fc.constant(log),
        start: fc.nat(log.length),
        order: fc.shuffledSubarray(log, { minLength: log.length }),
      }),
    );
    fc.assert(
      fc.property(story, ({ log, start, order: arrival }) => {
        const fold = createFolding(ada.userId);
        let timeline = begin(nothingYet, log.slice(start, start + 3), start);
        fold(timeline.run);
        for (const one of arrival) {
          timeline = take(timeline, [one]);
          fold(timeline.run);
          const first = timeline.run[0]?.seq ?? timeline.next ?? 1;
          if (one.seq % 2 === 0) timeline = prepend(timeline, log.slice(Math.max(0, first - 3), first - 1));
          fold(timeline.run);
        }
        timeline = prepend(timeline, log.slice(0, (timeline.run[0]?.seq ?? timeline.next ?? 1) - 1));
        const shown = fold(timeline.run);
        const whole = createFolding(ada.userId)(log);
        expect(shown.rows).toEqual(whole.rows);
        expect(log.map(({ seq }) => shown.at(seq))).toEqual(log.map(({ seq }) => whole.at(seq)));
      }),
      { numRuns: 500 },
    );
  });

  test('the last word counts, also when an older page came after it', () => {
    const fold = createFolding(ada.userId);
    const late = [edit(3, 1, 'c'), line(4, bo.userId, 'd')];
    fold(late);
    const { rows } = fold([line(1, ada.userId, 'a'), edit(2, 1, 'b'), ...late]);
    expect(rows.map(({ said }) => said)).toMatchObject([{ text: 'c' }, { text: 'd' }]);
  });

  test('gives the same row for the same line, so that nothing is drawn anew for nothing', () => {
    const fold = createFolding(ada.userId);
    const run = [line(1, ada.userId, 'a'), line(2, ada.userId, 'b'), edit(3, 2, 'c')];
    const before = fold(run).rows;
    const after = fold([...run, line(4, bo.userId, 'd')]).rows;
    expect(after[0]).toBe(run[0]);
    expect(after[1]).toBe(before[1]);
  });
});
