import { ada, bo, tea } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import { keepDraft, readDraft } from './draft.ts';

test('what Ada began to write is there after a reload, for her and for this conversation only', () => {
  keepDraft(ada.userId, tea, 'hello, is the');
  expect(readDraft(ada.userId, tea)).toBe('hello, is the');
  expect(readDraft(bo.userId, tea)).toBe('');
  expect(localStorage.length).toBe(0);
  keepDraft(ada.userId, tea, '');
  expect(sessionStorage.length).toBe(0);
});
