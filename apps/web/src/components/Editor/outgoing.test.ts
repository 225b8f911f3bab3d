import { id, type ClientMsgId, type Payload } from '@trialogue/protocol';
import { ada, bo, cy } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import { emptyDraft, type Draft } from '../../utils/draft.ts';
import type { Entry } from '../ChatList/rows.ts';
import {
  afterwards,
  isEditable,
  lastEditable,
  openChoices,
  payloadOf,
  quoteOf,
  restored,
  takenUp,
} from './outgoing.ts';

const MINUTE = 60_000;
const draft = (text: string, more: Partial<Draft> = {}): Draft => ({ ...emptyDraft, text, ...more });
const quote = { seq: 4, fromuid: bo.userId, type: 'text', text: 'In stock.' };
const entry = (seq: number | undefined, said: Payload, more: Partial<Entry> = {}): Entry => ({
  key: `${seq}`,
  seq,
  clientMsgId: id<ClientMsgId>(`c${seq}`),
  fromuid: ada.userId,
  said,
  sentAt: 0,
  recalled: false,
  state: 'sent',
  ...more,
});
const words = (text: string): Payload => ({ type: 'text', text });

describe('what goes out', () => {
  test('has its names where the trimmed words have them', () => {
    const mentions = [{ userId: bo.userId, at: 2, length: 3 }];
    expect(payloadOf(draft(' \n@Bo hi ', { mentions, quote }))).toEqual({
      type: 'text',
      text: '@Bo hi',
      mentions: [{ userId: bo.userId, at: 0, length: 3 }],
      quote,
    });
  });

  test('is nothing without words, and nothing more than words when there is nothing more', () => {
    expect(payloadOf(draft(' \n', { quote }))).toBeUndefined();
    expect(payloadOf(draft('hi'))).toEqual({ type: 'text', text: 'hi' });
  });

  test('takes the place of an own message while it is edited; then what was being written is back', () => {
    const begun = draft('half a sen', { quote });
    const taken = takenUp(begun, entry(7, words('two tin')));
    expect(taken.text).toBe('two tin');
    expect(payloadOf({ ...taken, text: 'two tins' })).toEqual({ type: 'edit', seq: 7, text: 'two tins' });
    expect(payloadOf(taken)).toBeUndefined();
    expect(afterwards(taken)).toEqual(begun);
    expect(afterwards(takenUp(taken, entry(8, words('other'))))).toEqual(begun);
  });
});

describe('client.md §4.2, reply quote', () => {
  test('says who, what kind and the first words, and cuts no sign in half', () => {
    const long = '茶'.repeat(119) + '🫖🫖';
    expect(quoteOf(entry(3, words(long)))).toEqual({
      seq: 3,
      fromuid: ada.userId,
      type: 'text',
      text: '茶'.repeat(119) + '🫖',
    });
  });

  test('of what is not stored yet is none: nobody could find it', () => {
    expect(quoteOf(entry(undefined, words('hi')))).toBeUndefined();
  });
});

describe('client.md §4.4, ↑ in an empty composer', () => {
  const own = entry(7, words('hi'), { sentAt: 0 });
  test('takes up the last own message within a quarter of an hour', () => {
    expect(isEditable(own, ada.userId, 15 * MINUTE)).toBe(true);
    expect(isEditable(own, ada.userId, 15 * MINUTE + 1)).toBe(false);
    expect(isEditable(own, bo.userId, 0)).toBe(false);
    expect(isEditable({ ...own, recalled: true }, ada.userId, 0)).toBe(false);
    expect(isEditable({ ...own, seq: undefined }, ada.userId, 0)).toBe(false);
  });

  test('does not reach behind a last message that cannot be edited', () => {
    const picture = entry(8, { type: 'file', fileId: 'f' as never, name: 'x', mime: 'a/b', size: 1 });
    const bos = entry(9, words('well?'), { fromuid: bo.userId });
    expect(lastEditable([own, bos], ada.userId, 0)).toBe(own);
    expect(lastEditable([own, picture, bos], ada.userId, 0)).toBeUndefined();
    expect(lastEditable([own, { ...picture, recalled: true }], ada.userId, 0)).toBe(own);
  });
});

describe('client.md §4.2, edit again after a recall', () => {
  const back = { text: '@Bo two', mentions: [{ userId: bo.userId, at: 0, length: 3 }], quote };
  test('brings back text, quote and mentions', () => expect(restored(emptyDraft, back)).toEqual(back));

  test('loses nothing of what was begun meanwhile', () => {
    const now = restored(draft('hello'), back);
    expect(now.text).toBe('hello\n@Bo two');
    expect(now.mentions).toEqual([{ userId: bo.userId, at: 6, length: 3 }]);
  });
});

describe('client.md §4.5, quick replies', () => {
  const ask = (seq: number, from = bo.userId) =>
    entry(seq, { type: 'quickReplies', text: 'Which?', choices: ['Green', 'Black'] }, { fromuid: from });
  const chosen = (chosenFrom: number, more: Partial<Entry> = {}) =>
    entry(undefined, { type: 'text', text: 'Green', chosenFrom }, more);

  test('are those of the newest question, until one was chosen', () => {
    const entries = [ask(3), ask(5), entry(6, words('hm'))];
    expect(openChoices(entries, ada)).toEqual({ seq: 5, choices: ['Green', 'Black'] });
    expect(openChoices([...entries, chosen(3)], ada)?.seq).toBe(5);
    expect(openChoices([...entries, chosen(5)], ada)).toBeUndefined();
    expect(openChoices([...entries, chosen(5, { fromuid: bo.userId })], ada)?.seq).toBe(5);
  });

  test('are gone too when the answer is told in the card', () => {
    const { fromuid, said, sentAt } = chosen(5);
    const answered = { ...ask(5), answers: [{ seq: 6, fromuid, said: said as never, sentAt }] };
    expect(openChoices([answered], ada)).toBeUndefined();
  });

  test('of one’s own are for the others, and a shopper’s for no agent', () => {
    expect(openChoices([ask(5)], cy)).toBeUndefined();
    expect(openChoices([ask(5, ada.userId)], ada)).toBeUndefined();
  });
});
