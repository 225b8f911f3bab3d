import { id, type DlgId } from '@trialogue/protocol';
import { ada, bo, tea } from '@trialogue/testkit';
import { afterEach, describe, expect, test } from 'vitest';

import { draftWords, dropDrafts, emptyDraft, keepDraft, readDraft, type Draft } from './draft.ts';

const coffee = id<DlgId>('coffee');
const hello: Draft = {
  text: 'hello @Bo, is the',
  mentions: [{ userId: bo.userId, at: 6, length: 3 }],
  quote: { seq: 4, fromuid: bo.userId, type: 'text', text: 'In stock.' },
};
afterEach(() => sessionStorage.clear());

describe('client.md §4.2, draft per conversation', () => {
  test('what Ada began to write is there after a reload, with quote and mentions, for her and for this conversation only', () => {
    keepDraft(ada.userId, tea, hello);
    expect(readDraft(ada.userId, tea)).toEqual(hello);
    expect(readDraft(ada.userId, coffee)).toEqual(emptyDraft);
    expect(readDraft(bo.userId, tea)).toEqual(emptyDraft);
    expect(localStorage.length).toBe(0);
  });

  test('nothing of it is left once it is sent', () => {
    keepDraft(ada.userId, tea, hello);
    keepDraft(ada.userId, tea, emptyDraft);
    expect(sessionStorage.length).toBe(0);
  });

  test('a list can say what waits in each conversation; other words for a message are not it', () => {
    keepDraft(ada.userId, tea, { ...hello, text: '  two tins \n' });
    keepDraft(ada.userId, coffee, {
      text: 'too',
      mentions: [],
      editing: { seq: 3, original: 'to', before: emptyDraft },
    });
    expect([draftWords(ada.userId, tea), draftWords(ada.userId, coffee)]).toEqual(['two tins', '']);
  });

  test('after signing out none is left of hers, and all of his', () => {
    keepDraft(ada.userId, tea, hello);
    keepDraft(bo.userId, tea, hello);
    dropDrafts(ada.userId);
    expect([draftWords(ada.userId, tea), draftWords(bo.userId, tea)]).toEqual(['', hello.text]);
  });

  test('what cannot be read is no draft', () => {
    sessionStorage.setItem(`drafts:${ada.userId}`, '{"tea":');
    expect(readDraft(ada.userId, tea)).toEqual(emptyDraft);
  });
});
