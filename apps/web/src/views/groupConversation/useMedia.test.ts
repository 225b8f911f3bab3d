import { SYSTEM, id, type FileId, type Seq, type UserId } from '@trialogue/protocol';
import { ada, bo, tea } from '@trialogue/testkit';
import { afterEach, expect, test, vi } from 'vitest';
import { effectScope, nextTick, ref, shallowRef } from 'vue';

import { keepFile, keptFile } from '../../lib/files.ts';
import { begin, nothingYet, take, type Line, type Said } from './timeline.ts';
import { useMedia } from './useMedia.ts';

vi.mock('../../http/api.ts', () => ({}));

const line = (seq: Seq, said: Said, fromuid: UserId = bo.userId): Line => ({
  key: `${fromuid} ${seq}`,
  seq,
  clientMsgId: id(`m${seq}`),
  fromuid,
  said,
  sentAt: 1,
  recalled: false,
  state: 'sent',
});
const picture = id<FileId>('picture');
const recall = (seq: Seq) => line(seq, { type: 'system', event: 'recalled', seq: 1 }, SYSTEM);

const scope = effectScope();
afterEach(() => scope.stop());

test('client.md §4.2 recall: what was fetched of the conversation is forgotten, also where the recall came late', async () => {
  const timeline = shallowRef(begin(nothingYet, [line(1, { type: 'text', text: 'a picture' })], 1));
  vi.spyOn(console, 'warn').mockReturnValue();
  scope.run(() => useMedia(tea, ada.userId, ref([]), timeline));
  keepFile(tea, picture, new Blob(['x']));
  keepFile(id('another'), id('elsewhere'), new Blob(['x']));

  timeline.value = take(timeline.value, [line(2, { type: 'text', text: 'more' })]);
  await nextTick();
  expect(keptFile(picture)).toBeDefined();

  timeline.value = take(timeline.value, [recall(4), line(5, { type: 'text', text: 'and more' })]);
  await nextTick();
  expect(keptFile(picture)).toBeDefined();
  timeline.value = take(timeline.value, [line(3, { type: 'text', text: 'between' })]);
  await nextTick();
  expect(keptFile(picture)).toBeUndefined();
  expect(keptFile(id('elsewhere'))).toBeDefined();
});
