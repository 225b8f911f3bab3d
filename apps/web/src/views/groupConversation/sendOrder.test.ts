import { expect, test } from 'vitest';

import { HOLD_MS, sayable, type InLine } from './sendOrder.ts';

const one = (name: string, state: InLine['state'], more: Partial<InLine> = {}) => ({
  name,
  state,
  holds: true,
  since: 1000,
  ...more,
});
const said = (line: readonly (InLine & { name: string })[], now = 1500) => sayable(line, now).map(({ name }) => name);

test('client.md §4.2: words wait for the picture before them, and go with it', () => {
  const words = one('words', 'ready', { holds: false });
  expect(said([one('picture', 'uploading'), words])).toEqual([]);
  expect(said([one('picture', 'ready'), words])).toEqual(['picture', 'words']);
});

test('pictures keep their order, whichever is there first', () => {
  expect(said([one('first', 'uploading'), one('second', 'ready')])).toEqual([]);
  expect(said([one('first', 'ready'), one('second', 'preparing'), one('third', 'ready')])).toEqual(['first']);
});

test('nothing waits for a large file, for one that has failed, or for longer than a while', () => {
  const words = one('words', 'ready', { holds: false });
  expect(said([one('film', 'uploading', { holds: false }), words])).toEqual(['words']);
  expect(said([one('picture', 'failed'), words])).toEqual(['words']);
  expect(said([one('picture', 'uploading'), words], 1000 + HOLD_MS)).toEqual(['words']);
});
