import { expect, test } from 'vitest';

import type { Happening, HistoryEvent, Row } from '../history/event.ts';
import type { AnomalyName } from './anomaly.ts';
import { Checker } from './checker.ts';

type Line = [proc: string, what: Happening];

const dlg = 'shop';
const hashes: Record<string, string> = { hi: '0a', hello: '0b', bye: '0c', more: '0d' };
const h = (cid: string) => hashes[cid] ?? '0f';
const by = (from: string, cid: string) => ({ dlg, from, cid });

const send = (from: string, cid: string, as = from): Line => [as, { f: 'send', h: h(cid), ...by(from, cid) }];
const ack = (from: string, cid: string, seq: number, mid = `m-${cid}`): Line => [
  from,
  { f: 'ack', seq, mid, ...by(from, cid) },
];
const refuse = (from: string, cid: string): Line => [from, { f: 'nack', error: 'no', final: true, ...by(from, cid) }];
const fenced = (from: string, cid: string): Line => [from, { f: 'fenced', ...by(from, cid) }];
const unknown = (from: string, cid: string): Line => [from, { f: 'info', why: 'lost', ...by(from, cid) }];
const recv = (who: string, seq: number, from: string, cid: string, mid = `m-${cid}`): Line => [
  who,
  { f: 'recv', seq, mid, h: h(cid), ...by(from, cid) },
];
const at = (ts: number, [proc, what]: Line): Line => [proc, { ...what, ts } as Happening];
const starts = (who: string, head: number): Line => [who, { f: 'sync', dlg, head }];
const ends = (who: string, head: number): Line => [who, { f: 'sync', dlg, head, end: true }];
const row = (seq: number, from: string, cid: string): Row => [seq, `m-${cid}`, from, cid, h(cid)];
const page = (after: number, head: number, more: boolean, ...list: Row[]): Line => [
  'ada',
  { f: 'hist', dlg, after, head, more, list },
];
const final = (head: number, ...list: Row[]): Line => [
  'reader',
  { f: 'hist', dlg, after: 0, head, more: false, list, final: true },
];
const newest = (head: number, ...list: Row[]): Line => [
  'reader',
  { f: 'hist', dlg, head, more: false, list, final: true },
];
const mark = (delivered: number, read: number): Line => ['ada', { f: 'read', dlg, user: 'bo', delivered, read }];

const history = (lines: readonly Line[]): HistoryEvent[] =>
  lines.map(([proc, what], at) => ({ t_mono: at, proc, ...what }));
function judge(lines: readonly Line[]) {
  const checker = new Checker();
  for (const event of history(lines)) checker.take(event);
  return checker.finish();
}
const names = (lines: readonly Line[]) => judge(lines).anomalies.map(({ name }) => name);

const hi = row(1, 'ada', 'hi');
const hello = row(2, 'bo', 'hello');

interface Case {
  name: AnomalyName;
  shows: string;
  bad: Line[];
  clean: Line[];
  witness: number[];
}

const cases: Case[] = [
  {
    name: 'lost-write',
    shows: 'an acknowledged message is not in the final reading (I1)',
    bad: [send('ada', 'hi'), ack('ada', 'hi', 1), send('bo', 'hello'), ack('bo', 'hello', 2), final(1, hi)],
    clean: [send('ada', 'hi'), ack('ada', 'hi', 1), send('bo', 'hello'), ack('bo', 'hello', 2), final(2, hi, hello)],
    witness: [3, 4, 5],
  },
  {
    name: 'lost-write',
    shows: 'nobody reads to the end, and somebody was given what came later (I1)',
    bad: [send('ada', 'hi'), ack('ada', 'hi', 1), send('bo', 'hello'), recv('cy', 2, 'bo', 'hello')],
    clean: [send('ada', 'hi'), send('bo', 'hello'), ack('ada', 'hi', 2), recv('cy', 1, 'bo', 'hello')],
    witness: [1, 2],
  },
  {
    name: 'lost-write',
    shows: 'a message that was received and never acknowledged is gone (I1)',
    bad: [send('ada', 'hi'), recv('bo', 1, 'ada', 'hi'), unknown('ada', 'hi'), final(0)],
    clean: [send('ada', 'hi'), unknown('ada', 'hi'), final(0)],
    witness: [1, 2, 4],
  },
  {
    name: 'aborted-read',
    shows: 'a refused message is read (I2)',
    bad: [send('ada', 'hi'), refuse('ada', 'hi'), final(1, hi)],
    clean: [send('ada', 'hi'), refuse('ada', 'hi'), final(0)],
    witness: [2, 3],
  },
  {
    name: 'duplicate',
    shows: 'a message of unknown outcome, sent again, is there twice (I3, I4)',
    bad: [
      send('ada', 'hi'),
      unknown('ada', 'hi'),
      send('ada', 'hi'),
      ack('ada', 'hi', 2),
      final(2, hi, row(2, 'ada', 'hi')),
    ],
    clean: [send('ada', 'hi'), unknown('ada', 'hi'), send('ada', 'hi'), ack('ada', 'hi', 1), final(1, hi)],
    witness: [4, 5],
  },
  {
    name: 'duplicate',
    shows: 'a retry is answered with another msgId (I7)',
    bad: [send('ada', 'hi'), ack('ada', 'hi', 1), ack('ada', 'hi', 1, 'm-other')],
    clean: [send('ada', 'hi'), ack('ada', 'hi', 1), ack('ada', 'hi', 1)],
    witness: [2, 3],
  },
  {
    name: 'inconsistent-offset',
    shows: 'two messages have one seq (I5)',
    bad: [send('ada', 'hi'), send('bo', 'hello'), ack('ada', 'hi', 1), ack('bo', 'hello', 1)],
    clean: [send('ada', 'hi'), send('bo', 'hello'), ack('ada', 'hi', 1), ack('bo', 'hello', 2)],
    witness: [3, 4],
  },
  {
    name: 'hole',
    shows: 'the log goes on behind a missing seq (I6)',
    bad: [send('ada', 'hi'), send('bo', 'more'), newest(3, hi), newest(3, row(3, 'bo', 'more'))],
    clean: [send('ada', 'hi'), send('bo', 'more'), newest(2, hi), newest(2, row(2, 'bo', 'more'))],
    witness: [4],
  },
  {
    name: 'hole',
    shows: 'the head falls (I6)',
    bad: [starts('ada', 5), final(0)],
    clean: [starts('ada', 0), final(0)],
    witness: [1, 2],
  },
  {
    name: 'poll-skip',
    shows: 'a live stream jumps (I9)',
    bad: [send('ada', 'hi'), send('bo', 'hello'), starts('cy', 0), recv('cy', 2, 'bo', 'hello')],
    clean: [send('ada', 'hi'), send('bo', 'hello'), starts('cy', 1), recv('cy', 2, 'bo', 'hello')],
    witness: [3, 4],
  },
  {
    name: 'nonmonotonic-poll',
    shows: 'a live stream brings what lies before its start (I9)',
    bad: [send('ada', 'hi'), starts('cy', 1), recv('cy', 1, 'ada', 'hi')],
    clean: [send('ada', 'hi'), starts('cy', 0), recv('cy', 1, 'ada', 'hi')],
    witness: [2, 3],
  },
  {
    name: 'nonmonotonic-send',
    shows: 'one client’s messages are stored out of order (I10)',
    bad: [send('ada', 'hi'), send('ada', 'bye'), ack('ada', 'bye', 1), ack('ada', 'hi', 2)],
    clean: [send('ada', 'hi'), send('ada', 'bye', 'another tab of ada'), ack('ada', 'bye', 1), ack('ada', 'hi', 2)],
    witness: [1, 2, 3, 4],
  },
  {
    name: 'realtime',
    shows: 'a message is stored before one that was acknowledged before it was sent (I11)',
    bad: [send('ada', 'hi'), ack('ada', 'hi', 2), send('bo', 'hello'), ack('bo', 'hello', 1)],
    clean: [send('ada', 'hi'), send('bo', 'hello'), ack('ada', 'hi', 2), ack('bo', 'hello', 1)],
    witness: [2, 3, 4],
  },
  {
    name: 'duplicate-delivery',
    shows: 'a client is given a message twice (I12)',
    bad: [send('ada', 'hi'), starts('cy', 0), recv('cy', 1, 'ada', 'hi'), recv('cy', 1, 'ada', 'hi')],
    clean: [send('ada', 'hi'), starts('cy', 0), recv('cy', 1, 'ada', 'hi'), recv('dee', 1, 'ada', 'hi')],
    witness: [3, 4],
  },
  {
    name: 'phantom',
    shows: 'a message nobody sent is received (I13)',
    bad: [recv('cy', 1, 'ada', 'hi')],
    clean: [recv('cy', 1, '$system', 'joined')],
    witness: [1],
  },
  {
    name: 'phantom',
    shows: 'a message has other content than was sent (I13)',
    bad: [send('ada', 'hi'), final(1, [1, 'm-hi', 'ada', 'hi', '0e'])],
    clean: [send('ada', 'hi'), final(1, [1, 'm-hi', 'ada', 'hi', ''])],
    witness: [1, 2],
  },
  {
    name: 'stuck-tail',
    shows: 'a client stays behind (I15)',
    bad: [send('ada', 'hi'), ack('ada', 'hi', 1), ends('cy', 0), final(1, hi)],
    clean: [send('ada', 'hi'), ack('ada', 'hi', 1), ends('cy', 1), final(1, hi)],
    witness: [2, 3],
  },
  {
    name: 'wrong-page',
    shows: 'a page says that there is no more, and there is (I16)',
    bad: [send('ada', 'hi'), page(0, 2, false, hi)],
    clean: [send('ada', 'hi'), page(0, 2, true, hi)],
    witness: [2],
  },
  {
    name: 'receipt-fell',
    shows: 'a mark falls (I23)',
    bad: [mark(3, 2), mark(3, 1)],
    clean: [mark(3, 2), mark(4, 2)],
    witness: [1, 2],
  },
  {
    name: 'late-write',
    shows: 'what an older socket had sent is stored once a newer one is bound (I28)',
    bad: [send('ada', 'hi'), unknown('ada', 'hi'), fenced('ada', 'hi'), final(1, hi)],
    clean: [send('ada', 'hi'), unknown('ada', 'hi'), fenced('ada', 'hi'), final(0)],
    witness: [3, 4],
  },
  {
    name: 'time-fell',
    shows: 'a message is stamped before the one in front of it (I34)',
    bad: [
      send('ada', 'hi'),
      send('bo', 'hello'),
      at(20, recv('cy', 1, 'ada', 'hi')),
      at(19, recv('cy', 2, 'bo', 'hello')),
    ],
    clean: [
      send('ada', 'hi'),
      send('bo', 'hello'),
      at(20, recv('cy', 1, 'ada', 'hi')),
      at(20, recv('cy', 2, 'bo', 'hello')),
    ],
    witness: [3, 4],
  },
];

test.for(cases)('$name: $shows', ({ name, bad, clean, witness }) => {
  const found = judge(bad).anomalies;
  expect(found.map((each) => each.name)).toEqual([name]);
  expect(found[0]?.witness).toEqual(witness);
  expect(names(clean)).toEqual([]);
});

test('a restored log has the messages of the log it is a copy of, and no others (I18)', () => {
  const renamed = ([proc, what]: Line, log: string): Line => [proc, { ...what, dlg: log } as Happening];
  const first = [send('ada', 'hi'), ack('ada', 'hi', 1)].map((line) => renamed(line, 'shop@1'));
  expect(names([...first, renamed(final(1, hi), 'shop@2')])).toEqual([]);
  expect(names([...first, renamed(final(1, row(1, 'bo', 'hello')), 'shop@2')])).toEqual(['phantom']);
  expect(names([...first, renamed(final(1, [1, 'm-hi', 'ada', 'hi', '0e']), 'shop@2')])).toEqual(['phantom']);
  expect(names([...first, renamed(final(1, hi), 'bakery@2')])).toEqual(['phantom']);
});

test('a page that leaves one out is a poll-skip, one that turns back is nonmonotonic (I16)', () => {
  const start = [send('ada', 'hi'), send('bo', 'hello')];
  expect(names([...start, page(0, 2, false, hello)])).toEqual(['poll-skip']);
  expect(names([...start, page(0, 2, true, hi, hello, hi)])).toContain('nonmonotonic-poll');
});

test('of many witnesses the smallest is kept, and all are counted', () => {
  const far = [starts('ada', 0), send('bo', 'hello'), send('bo', 'hi'), recv('ada', 2, 'bo', 'hello')];
  const near = [starts('cy', 0), recv('cy', 2, 'bo', 'hello')];
  const [skip] = judge([...far, ...near]).anomalies;
  expect(skip).toMatchObject({ name: 'poll-skip', count: 2, witness: [5, 6] });
});

test('a history that is not in order is not judged', () => {
  const checker = new Checker();
  checker.take({ t_mono: 2, proc: 'ada', f: 'conn' });
  expect(() => checker.take({ t_mono: 1, proc: 'ada', f: 'conn' })).toThrow('line 2 is older');
});

/** Two people who talk, and a third who listens; nothing goes wrong. */
function conversation(messages: number): Line[] {
  const lines: Line[] = [starts('cy', 0), starts('bo', 0)];
  const log: Row[] = [];
  for (let seq = 1; seq <= messages; seq++) {
    const from = seq % 3 === 0 ? 'bo' : 'ada';
    const cid = `${from}-${seq}`;
    lines.push(send(from, cid));
    if (seq % 5 === 0) lines.push(unknown(from, cid), send(from, cid));
    lines.push(recv('cy', seq, from, cid), ack(from, cid, seq), recv('bo', seq, from, cid));
    log.push(row(seq, from, cid));
  }
  return [...lines, ends('cy', messages), ends('bo', messages), final(messages, ...log)];
}

test('a long clean history is clean, and nothing that is taken out of it, put in twice or turned round goes unseen', () => {
  const clean = conversation(40);
  expect(names(clean)).toEqual([]);
  let mutants = 0;
  const isSeen = (lines: Line[]) => {
    mutants++;
    expect(names(lines)).not.toEqual([]);
  };
  clean.forEach(([proc, what], at) => {
    const without = clean.filter((_, other) => other !== at);
    const changed = (now: Happening) => clean.map((line, other): Line => (other === at ? [proc, now] : line));
    // A message that is received last of all may be missing: then nobody could know.
    if (what.f === 'recv' && what.seq < 40) isSeen(without);
    if (what.f === 'recv') {
      isSeen([...clean.slice(0, at + 1), ...clean.slice(at)]);
      isSeen(changed({ ...what, seq: what.seq + 1 }));
      isSeen(changed({ ...what, h: '1234' }));
    }
    if (what.f === 'ack') {
      isSeen(changed({ ...what, seq: what.seq + 1 }));
      isSeen(changed({ ...what, mid: 'm-another' }));
    }
    if (what.f === 'hist') {
      for (let row = 0; row < what.list.length; row++) {
        isSeen(changed({ ...what, list: what.list.filter((_, other) => other !== row) }));
        isSeen(changed({ ...what, list: what.list.toSpliced(row, 1, what.list[(row + 7) % 40] as Row) }));
      }
    }
  });
  expect(mutants).toBeGreaterThan(400);
});

test('what was acknowledged below all that anybody read of a log says nothing; between what was read, it is lost', () => {
  const sent = ['hi', 'hello', 'bye'].map((cid) => send('ada', cid));
  const acked = [ack('ada', 'hi', 1), ack('ada', 'hello', 2), ack('ada', 'bye', 3)];
  const opened = [...sent, starts('bo', 1), ...acked];
  expect(names([...opened, recv('bo', 2, 'ada', 'hello'), recv('bo', 3, 'ada', 'bye')])).not.toContain('lost-write');
  expect(names([...opened, recv('bo', 1, 'ada', 'hi'), recv('bo', 3, 'ada', 'bye')])).toContain('lost-write');
});
