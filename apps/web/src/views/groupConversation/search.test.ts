import { SYSTEM, id, type ClientMsgId, type FileId, type Seq } from '@trialogue/protocol';
import { ada } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import type { Entry } from '../../components/ChatList/rows.ts';
import { findIn, keepHit } from './search.ts';
import type { Said } from './timeline.ts';

const row = (seq: Seq | undefined, said: Said | string, more: Partial<Entry> = {}): Entry => ({
  key: `${seq}`,
  seq,
  clientMsgId: id<ClientMsgId>(`${seq}`),
  fromuid: ada.userId,
  said: typeof said === 'string' ? { type: 'text', text: said } : said,
  sentAt: 0,
  recalled: false,
  state: 'sent',
  ...more,
});
const picture: Said = {
  type: 'image',
  fileId: id<FileId>('f'),
  name: 'p.png',
  mime: 'image/png',
  size: 1,
  text: '包装破损',
};
const rows = [
  row(1, '你好，龙井什么时候发货？'),
  row(2, 'ＡＢＣ tea'),
  row(3, '龙井', { recalled: true }),
  row(4, picture),
  row(5, { type: 'system', event: 'note', text: '龙井' }, { fromuid: SYSTEM }),
  row(6, '发货了，龙井两盒'),
  row(undefined, '龙井'),
];
const find = (sought: string) => findIn(rows, sought, (userId) => userId);

test('finds Chinese words, wherever they stand in a sentence', () => {
  expect(find('龙井')).toEqual([1, 6]);
  expect(find('龙井 发货')).toEqual([1, 6]);
  expect(find('两盒')).toEqual([6]);
});

test('without regard to case and width', () => {
  expect(find('abc')).toEqual([2]);
  expect(find('ＴＥＡ')).toEqual([2]);
});

test('in what is written below a picture', () => {
  expect(find('破损')).toEqual([4]);
});

test('not in what was taken back; and nothing finds nothing', () => {
  expect(find(' ')).toEqual([]);
  expect(find('红茶')).toEqual([]);
});

test('stays with the hit that is shown while more are found', () => {
  expect(keepHit([1, 6, 9], 6)).toBe(6);
  expect(keepHit([1, 9], 6)).toBe(9);
  expect(keepHit([], 6)).toBeUndefined();
});
