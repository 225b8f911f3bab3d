import { ada, tea } from '@trialogue/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { effectScope } from 'vue';

import { emptyDraft, readDraft } from '../../utils/draft.ts';
import { useDraft } from './useDraft.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  sessionStorage.clear();
});

const open = () => {
  const scope = effectScope();
  const draft = scope.run(() => useDraft(ada.userId, tea))!;
  const write = async (text: string) => {
    draft.value = { ...emptyDraft, text };
    await vi.advanceTimersByTimeAsync(0);
  };
  return { draft, write, leave: () => scope.stop() };
};
const kept = () => readDraft(ada.userId, tea).text;

test('client.md §4.2, draft: kept when the writer pauses for 300 ms, not at each key', async () => {
  const { write } = open();
  await write('h');
  await vi.advanceTimersByTimeAsync(299);
  await write('he');
  await vi.advanceTimersByTimeAsync(299);
  expect(kept()).toBe('');
  await vi.advanceTimersByTimeAsync(1);
  expect(kept()).toBe('he');
});

test('is kept at once when the page or the conversation is left, and is there again', async () => {
  const { leave, write } = open();
  await write('two');
  dispatchEvent(new Event('pagehide'));
  expect(kept()).toBe('two');
  await write('two tins');
  leave();
  expect(open().draft.value.text).toBe('two tins');
});

test('is gone at once when it is sent: a reload does not bring it back', async () => {
  const { draft, write } = open();
  await write('hello');
  await vi.advanceTimersByTimeAsync(300);
  draft.value = emptyDraft;
  await vi.advanceTimersByTimeAsync(0);
  expect(kept()).toBe('');
});
