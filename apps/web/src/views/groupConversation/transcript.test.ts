import { SYSTEM, id, type ClientMsgId, type Seq, type UserId } from '@trialogue/protocol';
import { ada, bo, cy } from '@trialogue/testkit';
import { beforeAll, expect, test } from 'vitest';

import type { Entry } from '../../components/ChatList/rows.ts';
import { speak } from '../../utils/i18n/index.ts';
import type { Said } from './timeline.ts';
import { fileNameOf, transcript, type Format } from './transcript.ts';

beforeAll(() => speak('en'));

const row = (seq: Seq, fromuid: UserId, said: Said | string, recalled = false): Entry => ({
  key: `${seq}`,
  seq,
  clientMsgId: id<ClientMsgId>(`${seq}`),
  fromuid,
  said: typeof said === 'string' ? { type: 'text', text: said } : said,
  sentAt: seq,
  recalled,
  state: 'sent',
});
const quote = { seq: 1, fromuid: ada.userId, type: 'text', text: '什么时候发货？' };
const rows = [
  row(1, ada.userId, '什么时候发货？'),
  row(2, bo.userId, { type: 'text', text: '<b>明天</b> & "后天"', quote }),
  row(3, ada.userId, 'secret', true),
  row(4, SYSTEM, { type: 'system', event: 'joined', userId: cy.userId }),
];
const people = new Map([ada, bo, cy].map((one) => [one.userId, { ...one, avatar: '' }]));
const write = (format: Format) =>
  transcript({ title: '订单 <1>', people, rows, when: (at) => `at ${at}`, now: 9, language: 'zh-CN' }, format);

test('as text: who, in which role, when, and what was answered', async () => {
  expect(write('text').split('\r\n').slice(3)).toEqual([
    'at 1  Ada 林小雨 (Customer): 什么时候发货？',
    'at 2  Bo 青禾茶铺 (Merchant): 「Ada 林小雨: 什么时候发货？」 <b>明天</b> & "后天"',
    'at 3  – Ada 林小雨 took back a message',
    'at 4  – Cy 客服小陈 joined',
    '',
  ]);
});

test('as a page: what people say is text there too', () => {
  const page = write('html');
  const read = new DOMParser().parseFromString(page, 'text/html');
  expect(read.querySelectorAll('article')).toHaveLength(2);
  expect(read.querySelectorAll('article p b')).toHaveLength(0);
  expect(read.querySelectorAll('article p')[1]?.textContent).toBe('<b>明天</b> & "后天"');
  expect(read.title).toBe('订单 <1>');
});

test.for(['html', 'text'] as const)('what was taken back is not in it (%s)', (format) => {
  expect(write(format)).not.toContain('secret');
});

test('its name is one that every system can keep', () => {
  expect(fileNameOf('订单 1/2: "茶"?', 'html')).toBe('订单 1_2_ _茶__.html');
});
