import { bo, cy } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import { emptyDraft, type Draft } from '../../utils/draft.ts';
import { changeBetween, mentioned, retyped } from './mentions.ts';

const at = (draft: Draft) => draft.mentions.map((one) => draft.text.slice(one.at, one.at + one.length));
const toBo = mentioned({ ...emptyDraft, text: 'hi @b!' }, { from: 3, to: 5 }, { userId: bo.userId, name: 'Bo' });

describe('client.md §4.2, @mention', () => {
  test('is kept as who and where', () => {
    expect(toBo).toEqual({
      draft: { text: 'hi @Bo !', mentions: [{ userId: bo.userId, at: 3, length: 3 }] },
      caret: 7,
    });
  });

  test('of everybody names nobody', () => {
    const { draft } = mentioned(emptyDraft, { from: 0, to: 0 }, { name: '所有人' });
    expect(draft.mentions).toEqual([{ at: 0, length: 4 }]);
  });

  test('moves with what is written before it, and stays where it is otherwise', () => {
    const { draft } = retyped(toBo.draft, 'oh hi @Bo !', 3);
    expect(at(draft)).toEqual(['@Bo']);
    expect(at(retyped(draft, 'oh hi @Bo ! 好', 13).draft)).toEqual(['@Bo']);
  });

  test.for([
    ['the last letter', 'hi @B !', 5],
    ['the first', 'hi Bo !', 3],
    ['a letter and the blank', 'hi @B!', 5],
  ] as const)('goes as a whole with %s', ([, text, caret]) => {
    const left = retyped(toBo.draft, text, caret);
    expect(left.draft.mentions).toEqual([]);
    expect(left.draft.text).toMatch(/^hi {1,2}!$/);
    expect(left.caret).toBe(3);
  });

  test('goes as a whole when only half of it is selected and cut', () => {
    const two = mentioned(toBo.draft, { from: 7, to: 7 }, { userId: cy.userId, name: 'Cy' }).draft;
    expect(two.text).toBe('hi @Bo @Cy !');
    expect(retyped(two, 'hi @By !', 5)).toEqual({ draft: { text: 'hi  !', mentions: [] }, caret: 3 });
  });

  test('that is written into is words again, and nothing is taken from the writer', () => {
    expect(retyped(toBo.draft, 'hi @Bxo !', 5).draft).toEqual({ text: 'hi @Bxo !', mentions: [] });
  });

  test('two names stand in the order of the text, whichever came first', () => {
    const { draft } = mentioned(toBo.draft, { from: 0, to: 0 }, { userId: cy.userId, name: 'Cy' });
    expect(draft.text).toBe('@Cy hi @Bo !');
    expect(at(draft)).toEqual(['@Cy', '@Bo']);
  });
});

test('the caret tells which of several equal letters was typed or deleted', () => {
  expect(changeBetween('aa', 'aaa', 1)).toEqual({ at: 0, removed: 0, added: 'a' });
  expect(changeBetween('aaa', 'aa', 0)).toEqual({ at: 0, removed: 1, added: '' });
  expect(changeBetween('aaa', 'aa', 2)).toEqual({ at: 2, removed: 1, added: '' });
  expect(changeBetween('abc', 'aXc', 0)).toEqual({ at: 1, removed: 1, added: 'X' });
});
