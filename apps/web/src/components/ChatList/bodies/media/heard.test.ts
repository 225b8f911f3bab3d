import { id, type DlgId, type UserId } from '@trialogue/protocol';
import { expect, test } from 'vitest';

import { heardIn, isHeard, markHeard, readHeard, withHeard, type Heard } from './heard.ts';

const none: Heard = { upTo: 0, seqs: [] };

test('client.md §4.2: what was played is known on this device, in this conversation, for this person', () => {
  const [ada, bo] = [id<UserId>('ada'), id<UserId>('bo')];
  const [tea, cups] = [id<DlgId>('tea'), id<DlgId>('cups')];
  markHeard(ada, tea, 7);
  expect(isHeard(heardIn(ada, tea), 7)).toBe(true);
  expect([isHeard(heardIn(ada, tea), 6), isHeard(heardIn(bo, tea), 7), isHeard(heardIn(ada, cups), 7)]).toEqual([
    false,
    false,
    false,
  ]);
  expect(readHeard(localStorage.getItem('heard:ada:tea'))).toEqual({ upTo: 0, seqs: [7] });
});

test('it does not grow without end: what lies far back counts as heard', () => {
  let heard = none;
  for (let seq = 1; seq <= 400; seq++) heard = withHeard(heard, seq);
  expect(heard).toMatchObject({ upTo: 100 });
  expect(heard.seqs).toHaveLength(300);
  expect([isHeard(heard, 3), isHeard(heard, 400), isHeard(heard, 401)]).toEqual([true, true, false]);
});

test('what somebody else wrote there counts as nothing', () => {
  for (const odd of [null, '', '7', '{}', '{"upTo":"x","seqs":3}', '[1]']) expect(readHeard(odd)).toEqual(none);
  expect(readHeard('{"upTo":2,"seqs":[3,"4",null]}')).toEqual({ upTo: 2, seqs: [3] });
});
