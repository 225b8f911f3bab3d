import { SYSTEM, id, type ClientMsgId, type MsgId, type Seq, type UserId } from '@trialogue/protocol';
import { ada, bo, cy, tea } from '@trialogue/testkit';
import { mount } from '@vue/test-utils';
import { beforeAll, describe, expect, test, vi } from 'vitest';

import { speak } from '../../utils/i18n/index.ts';
import type { Said } from '../../views/groupConversation/timeline.ts';
import ChatList from './ChatList.vue';
import type { Person } from './people.ts';
import { layOut, type Dividers, type Entry } from './rows.ts';

beforeAll(() => speak('en'));

const noon = new Date(2026, 10, 20, 12).getTime();
const entry = (seq: Seq, fromuid: UserId, said: Said | string, more: Partial<Entry> = {}): Entry => ({
  key: `${fromuid} m${seq}`,
  seq,
  clientMsgId: id<ClientMsgId>(`m${seq}`),
  fromuid,
  said: typeof said === 'string' ? { type: 'text', text: said } : said,
  sentAt: noon + seq * 1000,
  recalled: false,
  state: 'sent',
  ...more,
});
const people = new Map<UserId, Person>([ada, bo, cy].map((one) => [one.userId, { ...one, avatar: '' }]));

interface More {
  readers?: number;
  older?: 'more' | 'none' | 'failed';
  isCut?: boolean;
  restoredAt?: Seq;
}
const open = (entries: Entry[], { readers = 0, ...more }: More = {}) =>
  mount(ChatList, {
    props: {
      dlgId: tea,
      entries,
      me: ada.userId,
      people,
      older: 'none',
      readersOf: () => readers,
      others: 2,
      canEditAgain: () => false,
      ...more,
    },
  });

describe('the list of messages', () => {
  test('shows who said what, with the role of each', () => {
    const list = open([entry(1, bo.userId, 'Welcome'), entry(2, cy.userId, 'I am here to help')]);
    expect(list.text()).toContain(bo.name);
    expect(list.text()).toContain('Merchant');
    expect(list.text()).toContain('Support');
  });

  test('text is text, whatever it looks like', () => {
    const list = open([entry(1, bo.userId, '<img src=x onerror=alert(1)>')]);
    expect(list.find('.text img').exists()).toBe(false);
    expect(list.text()).toContain('<img src=x onerror=alert(1)>');
  });

  test('a link opens elsewhere and tells nothing about us', () => {
    const link = open([entry(1, bo.userId, 'see https://shop.example/1')]).get('.text a');
    expect(link.attributes()).toMatchObject({ href: 'https://shop.example/1', rel: 'noopener noreferrer nofollow' });
  });

  test('a message of a later version is a readable line, and one that does not open too', () => {
    const sealed = { ...entry(2, bo.userId, ''), seq: 2, msgId: id<MsgId>('m2'), content: 'IM1.…' };
    const list = open([
      entry(1, bo.userId, { type: 'unknown', was: 'hologram' }),
      entry(2, bo.userId, { type: 'unopened', sealed }),
    ]);
    expect(list.findAll('.strange')).toHaveLength(2);
  });

  test('what the server says stands in the middle', () => {
    const list = open([entry(1, SYSTEM, { type: 'system', event: 'joined', userId: cy.userId })]);
    expect(list.get('.line').text()).toBe(`${cy.name} joined`);
  });

  test('a recalled message says that it is gone, and no more', () => {
    const list = open([
      entry(1, bo.userId, 'secret', { recalled: true }),
      entry(2, ada.userId, 'x', { recalled: true }),
    ]);
    expect(list.text()).not.toContain('secret');
    expect(list.findAll('.line').map((line) => line.text())).toEqual([
      `${bo.name} took back a message`,
      'You took back a message',
    ]);
  });

  test('tells how many have read', () => {
    const said = [entry(1, ada.userId, 'hello')];
    expect(open(said).get('.fate').text()).toBe('Sent');
    expect(open(said, { readers: 1 }).get('.fate').text()).toBe('Read by 1');
    expect(open(said, { readers: 2 }).get('.fate').text()).toBe('Read by all');
  });

  test('a message that was not sent can be tried again', async () => {
    const failed = entry(1, ada.userId, 'hello', { seq: undefined, state: 'failed' });
    const list = open([failed]);
    await list.get('.fail').trigger('click');
    expect(list.emitted('retry')).toEqual([[failed]]);
  });

  test('a queued message has a clock, words for who does not see it, and its place under the bubble from the start', async () => {
    const waiting = entry(1, ada.userId, 'hello', { seq: undefined, state: 'queued' });
    const list = open([waiting]);
    expect(list.get('[role=img]').attributes('aria-label')).toBe('Waiting to be sent');
    expect(list.findAll('.fate')).toHaveLength(1);
    for (const state of ['sending', 'sent'] as const) {
      await list.setProps({ entries: [{ ...waiting, state }] });
      expect(list.findAll('.fate')).toHaveLength(1);
    }
  });

  test('a message that came too fast waits, and says for how long; it has not failed', () => {
    const held = { seq: undefined, state: 'queued', error: 'rate.limited' } as const;
    const list = open([entry(1, ada.userId, 'hello', { ...held, until: Date.now() + 4_000 })]);
    expect(list.get('.fate').text()).toBe('Too fast. It will be sent in 4 s.');
    expect(list.find('.fail').exists()).toBe(false);
    expect(
      open([entry(1, ada.userId, 'hello', held)])
        .get('.fate')
        .text(),
    ).toContain('in a moment');
  });

  test('a message that was refused for good says why', () => {
    const refused = { seq: undefined, state: 'failed', error: 'message.too_large' } as const;
    expect(
      open([entry(1, ada.userId, 'hello', refused)])
        .get('.fate')
        .text(),
    ).toBe('Not sent: The message is too long');
  });

  test('the menu of a failed message sends it again or deletes it, by a tap, a long press or the keyboard', async () => {
    const failed = entry(1, ada.userId, 'hello', { seq: undefined, state: 'failed' });
    const list = open([failed]);
    const menu = list.get('.menu');
    await list.get('.bubble').trigger('click');
    expect(menu.classes()).toContain('shown');
    await list.get('.bubble').trigger('click');
    expect(menu.classes()).not.toContain('shown');
    await list.get('.bubble').trigger('contextmenu');
    expect(menu.classes()).toContain('shown');
    // In the order of the keyboard it is always there.
    const [again, discard] = menu.findAll('button');
    await again?.trigger('click');
    expect(list.emitted('retry')).toEqual([[failed]]);
    expect(menu.classes()).not.toContain('shown');
    await discard?.trigger('click');
    expect(list.emitted('discard')).toEqual([[failed]]);
  });

  test('who cannot see the list hears that a message was not sent', async () => {
    const waiting = entry(2, ada.userId, 'hello', { seq: undefined, state: 'queued' });
    const list = open([entry(1, bo.userId, 'a'), waiting]);
    await list.setProps({ entries: [entry(1, bo.userId, 'a'), { ...waiting, state: 'failed' }] });
    await vi.waitFor(() => expect(list.get('[aria-live=polite]').text()).toContain('Not sent'), 3_000);
  });

  test('I17: where older messages are no longer kept, the list says so and not that it begins there', () => {
    expect(
      open([entry(9, bo.userId, 'a')], { isCut: true })
        .get('.edge')
        .text(),
    ).toBe('Older messages are no longer kept');
    expect(
      open([entry(1, bo.userId, 'a')])
        .get('.edge')
        .text(),
    ).toBe('No more messages');
  });

  test('I18: where an older log was restored there is a line across the list, also while nothing has been said since', async () => {
    const old = [entry(1, bo.userId, 'a'), entry(2, cy.userId, 'b')];
    const list = open(old, { restoredAt: 2 });
    const order = () => list.findAll('.rows .divider, [data-key]').map((one) => one.attributes('data-seq') ?? 'line');
    expect(order()).toEqual(['1', '2', 'line']);
    await list.setProps({ entries: [...old, entry(3, bo.userId, 'c')] });
    expect(list.findAll('.divider')).toHaveLength(1);
    expect(list.get('[data-seq="3"] .divider').text()).toContain('Restored from a backup');
  });

  test('only an own message, and only a young one, can be taken back', () => {
    const young = { sentAt: Date.now() - 1000 };
    expect(
      open([entry(1, ada.userId, 'a', young)])
        .find('.recall')
        .exists(),
    ).toBe(true);
    expect(
      open([entry(1, bo.userId, 'a', young)])
        .find('.recall')
        .exists(),
    ).toBe(false);
    const old = { sentAt: Date.now() - 3 * 60_000 };
    expect(
      open([entry(1, ada.userId, 'a', old)])
        .find('.recall')
        .exists(),
    ).toBe(false);
  });

  test('asks once for older messages at one place, however often it is scrolled', async () => {
    const list = open([entry(5, bo.userId, 'a')], { older: 'more' });
    await list.get('[role=log]').trigger('scroll');
    await list.get('[role=log]').trigger('scroll');
    expect(list.emitted('older')).toHaveLength(1);
    await list.setProps({ entries: [entry(4, bo.userId, 'b'), entry(5, bo.userId, 'a')] });
    await vi.waitFor(() => expect(list.emitted('older')).toHaveLength(2));
  });

  test('a page that did not come can be asked for again', async () => {
    const list = open([entry(5, bo.userId, 'a')], { older: 'failed' });
    await list.get('.edge button').trigger('click');
    expect(list.emitted('older')).toHaveLength(1);
  });

  test('a row is the same row before and after it is stored', async () => {
    const pending = entry(1, ada.userId, 'hello', { seq: undefined, state: 'sending' });
    const list = open([pending]);
    const before = list.get('[data-key]').element;
    await list.setProps({ entries: [{ ...pending, seq: 1, state: 'sent' }] });
    expect(list.get('[data-key]').element).toBe(before);
  });

  test('who reads further up stays there when others speak, also with an own message on its way', async () => {
    const waiting = entry(9, ada.userId, 'on its way', { seq: undefined, state: 'sending' });
    const list = open([entry(1, bo.userId, 'a'), waiting]);
    const log = list.get('[role=log]').element;
    Object.defineProperties(log, { scrollHeight: { value: 3000 }, clientHeight: { value: 500 } });
    log.scrollTop = 1000;
    await list.get('[role=log]').trigger('scroll');
    await list.setProps({ entries: [entry(1, bo.userId, 'a'), entry(2, bo.userId, 'b'), waiting] });
    await vi.waitFor(() => expect(list.get('.latest').attributes('aria-label')).toContain('1 new message'));
    expect(log.scrollTop).toBe(1000);
    await list.setProps({ entries: [...list.props('entries'), { ...waiting, key: 'ada m10', isFresh: true }] });
    await vi.waitFor(() => expect(log.scrollTop).toBe(3000));
  });

  test('a long history stands in the document in part', () => {
    const list = open(Array.from({ length: 5000 }, (_, at) => entry(at + 1, bo.userId, 'x')));
    expect(list.findAll('[data-key]').length).toBeLessThan(200);
  });
});

describe('rows', () => {
  const shapes = (entries: Entry[], dividers: Dividers = {}) =>
    layOut(entries, 0, entries.length, dividers).map(
      ({ startsGroup, endsGroup }) => `${startsGroup ? '[' : ' '}${endsGroup ? ']' : ' '}`,
    );

  test('what one person says within five minutes stands together', () => {
    expect(shapes([entry(1, bo.userId, 'a'), entry(2, bo.userId, 'b'), entry(3, cy.userId, 'c')])).toEqual([
      '[ ',
      ' ]',
      '[]',
    ]);
  });

  test('a pause, a recall and the unread line part it', () => {
    const later = entry(2, bo.userId, 'b', { sentAt: noon + 6 * 60_000 });
    expect(shapes([entry(1, bo.userId, 'a'), later])).toEqual(['[]', '[]']);
    expect(shapes([entry(1, bo.userId, 'a'), entry(2, bo.userId, 'b', { recalled: true })])).toEqual(['[]', '[]']);
    const both = [entry(1, bo.userId, 'a'), entry(2, bo.userId, 'b')];
    expect(shapes(both, { unreadFrom: 2 })).toEqual(['[]', '[]']);
    expect(shapes(both, { restoredAt: 1 })).toEqual(['[]', '[]']);
  });

  test('a day begins with its date, also at the top of what is loaded', () => {
    const tomorrow = entry(2, bo.userId, 'b', { sentAt: noon + 24 * 3_600_000 });
    expect(layOut([entry(1, bo.userId, 'a'), tomorrow], 0, 2).map(({ newDay }) => newDay)).toEqual([true, true]);
  });

  test('a part of the list groups as the whole does', () => {
    const entries = Array.from({ length: 9 }, (_, at) => entry(at + 1, at % 4 === 0 ? cy.userId : bo.userId, 'x'));
    expect(layOut(entries, 3, 6)).toEqual(layOut(entries, 0, 9).slice(3, 6));
  });
});
