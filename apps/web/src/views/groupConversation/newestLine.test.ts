import { SYSTEM, id, type Message, type Payload, type Seq } from '@trialogue/protocol';
import { ada, bo, tea } from '@trialogue/testkit';
import { beforeAll, expect, test, vi } from 'vitest';

import { speak } from '../../utils/i18n/index.ts';
import { isNamed, newestWords } from './newestLine.ts';

vi.mock('../../lib/im.ts', () => ({ imApp: { decrypt: (content: string) => content } }));
beforeAll(() => speak('en'));

const message = (seq: Seq, payload: Payload, fromuid = bo.userId): Message => ({
  msgId: id(`m${seq}`),
  seq,
  clientMsgId: id(`m${seq}`),
  fromuid,
  content: JSON.stringify(payload),
  sentAt: 1,
});
const row = (lastMessage: Message | null, readSeq = 0) => ({
  dlgId: tea,
  dlgKey: '',
  lastMessage,
  readSeq,
  members: [ada, bo].map((one) => ({ ...one, avatar: '' })),
});
const naming = (userId?: typeof ada.userId): Payload => ({
  type: 'text',
  text: '@Ada look',
  mentions: [{ at: 0, length: 4, ...(userId && { userId }) }],
});

test('client.md §4.2 @mention: who is named sees it in the list until they have read it, whatever is said after it', () => {
  const hello: Payload = { type: 'text', text: 'hello' };
  expect(isNamed(row(message(1, hello)), ada.userId)).toBe(false);
  expect(isNamed(row(message(2, naming(ada.userId))), ada.userId)).toBe(true);
  expect(isNamed(row(message(3, hello)), ada.userId)).toBe(true);
  expect(isNamed(row(message(3, hello), 3), ada.userId)).toBe(false);
  expect(isNamed(row(message(4, naming()), 3), ada.userId)).toBe(true);
});

test('not by their own words, nor by what was taken back', () => {
  expect(isNamed(row(message(5, naming(), ada.userId), 4), ada.userId)).toBe(false);
  expect(isNamed(row(message(6, naming(ada.userId)), 4), ada.userId)).toBe(true);
  expect(isNamed(row({ ...message(6, naming(ada.userId)), recalledAt: 2 }, 4), ada.userId)).toBe(false);
});

test('the newest message in one line, with who said it', () => {
  expect(newestWords(row(null), ada.userId)).toBeUndefined();
  expect(newestWords(row(message(1, { type: 'text', text: 'hello' })), ada.userId)).toBe(`${bo.name}: hello`);
  const joined: Payload = { type: 'system', event: 'joined', userId: bo.userId };
  expect(newestWords(row(message(1, joined, SYSTEM)), ada.userId)).toBe(`${bo.name} joined`);
  expect(newestWords(row(message(2, { type: 'text', text: 'Welcome' }, SYSTEM)), ada.userId)).toBe('Welcome');
});
