import { SYSTEM, id, type ClientMsgId, type MsgId, type Seq, type UserId } from '@trialogue/protocol';
import { ada, bo, cy, tea } from '@trialogue/testkit';
import { enableAutoUnmount, mount } from '@vue/test-utils';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';

import { speak, withWords } from '../../utils/i18n/index.ts';
import type { Said } from '../../views/groupConversation/timeline.ts';
import { actionsFor } from './actions.ts';
import ChatList from './ChatList.vue';
import type { Person } from './people.ts';
import { layOut, type Dividers, type Entry } from './rows.ts';

beforeAll(async () => {
  await speak('en');
  await withWords('trouble', Promise.resolve());
  // Lazy, and slow to come the first time.
  await withWords(
    'list',
    Promise.all([import('./MessageActions.vue'), import('./Afloat.vue'), import('./RowCheck.vue')]),
  );
  await Promise.all([import('./jumping.ts'), import('./rowKeys.ts')]);
}, 200_000);
enableAutoUnmount(afterEach);

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

interface More extends Partial<InstanceType<typeof ChatList>['$props']> {
  readers?: number;
  /** Into the document, where there is a focus. */
  attach?: boolean;
}
type List = ReturnType<typeof open>;
async function pressOn(list: List, key: KeyboardEventInit) {
  await list.get('[role=log]').trigger('keydown', { key: 'ArrowDown' });
  await list.get('article').trigger('keydown', key);
}
const open = (entries: Entry[], { readers = 0, attach = false, ...more }: More = {}) =>
  mount(ChatList, {
    ...(attach && { attachTo: document.body }),
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
    expect(
      open(said, { deliveredTo: () => 1 })
        .get('.fate')
        .text(),
    ).toBe('Delivered');
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

  test('§4.3: with one other person it is read or not; among more, who has read it can be looked up', async () => {
    const said = [entry(1, ada.userId, 'hello')];
    const alone = open(said, { readers: 1, others: 1 });
    expect(alone.get('.fate').text()).toBe('Read');
    expect(alone.find('.fate button').exists()).toBe(false);
    const group = open(said, { readers: 1 });
    await group.get('.fate button').trigger('click');
    expect(group.emitted('readers')).toEqual([[said[0]]]);
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

describe('what one can do with a message (client.md §4.4, long-press menu)', () => {
  const reader = { me: ada.userId, now: noon, canForward: true, canSay: true, isTouch: false };
  const young = { sentAt: noon - 60_000 };
  const of = (one: Entry, more: Partial<typeof reader> = {}) => actionsFor(one, { ...reader, ...more });

  test('by who said it, what it is and how long ago', () => {
    expect(of(entry(1, ada.userId, 'a', young))).toEqual(['quote', 'copy', 'edit', 'forward', 'choose', 'recall']);
    expect(of(entry(1, bo.userId, 'a', young))).toEqual(['quote', 'copy', 'forward', 'choose', 'report']);
    expect(of(entry(1, ada.userId, 'a', { sentAt: noon - 3 * 60_000 }))).toEqual([
      'quote',
      'copy',
      'edit',
      'forward',
      'choose',
    ]);
    expect(of(entry(1, ada.userId, 'a', { sentAt: noon - 16 * 60_000 }))).toEqual([
      'quote',
      'copy',
      'forward',
      'choose',
    ]);
    expect(of(entry(1, bo.userId, 'a'), { canForward: false, canSay: false, isTouch: true })).toEqual([
      'copy',
      'select',
      'choose',
      'report',
    ]);
    expect(of(entry(1, bo.userId, 'a', { recalled: true }))).toEqual([]);
    expect(of(entry(1, SYSTEM, { type: 'system', event: 'joined' }))).toEqual([]);
  });

  test('one that has failed is sent again or deleted', () => {
    const failed = entry(1, ada.userId, 'a', { seq: undefined, state: 'failed' });
    expect(of(failed)).toEqual(['retry', 'copy', 'choose', 'discard']);
  });

  const menu = () => document.body.querySelector('[role=menu]');
  test.for([
    ['by the right button', (list: List) => list.get('.bubble').trigger('contextmenu', { clientX: 5, clientY: 5 })],
    ['by the menu key', (list: List) => pressOn(list, { key: 'ContextMenu' })],
    ['by Shift+F10', (list: List) => pressOn(list, { key: 'F10', shiftKey: true })],
    ['by its button', (list: List) => list.get('.more').trigger('click')],
  ] as const)('its menu is opened %s, and Esc closes it', async ([, openIt]) => {
    const said = entry(1, bo.userId, 'hello');
    const list = open([said], { attach: true });
    await openIt(list);
    await vi.waitFor(() => expect(menu()?.querySelectorAll('[role=menuitem]')).toHaveLength(4));
    menu()?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    await vi.waitFor(() => expect(menu()).toBeNull());
    expect(document.activeElement?.closest('article')?.getAttribute('data-seq')).toBe('1');
  });

  test('a long press opens it, unless the finger strays', async () => {
    vi.useFakeTimers();
    try {
      const list = open([entry(1, bo.userId, 'hello')]);
      const bubble = list.get('.bubble');
      const finger = { pointerId: 1, pointerType: 'touch', isPrimary: true, clientX: 50, clientY: 50 };
      await bubble.trigger('pointerdown', finger);
      await bubble.trigger('pointermove', { ...finger, clientY: 62 });
      await vi.advanceTimersByTimeAsync(500);
      expect(list.findComponent({ name: 'AsyncComponentWrapper' }).exists()).toBe(false);
      await bubble.trigger('pointerdown', finger);
      await bubble.trigger('pointermove', { ...finger, clientY: 55 });
      await vi.advanceTimersByTimeAsync(450);
      expect(list.findComponent({ name: 'AsyncComponentWrapper' }).exists()).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  test('a swipe in the direction of reading quotes, a short one does not', async () => {
    const said = entry(1, bo.userId, 'hello');
    const list = open([said]);
    const bubble = list.get('.bubble');
    const finger = { pointerId: 1, pointerType: 'touch', isPrimary: true, clientX: 50, clientY: 50 };
    for (const clientX of [80, 120]) {
      await bubble.trigger('pointerdown', finger);
      await bubble.trigger('pointermove', { ...finger, clientX: 62 });
      await bubble.trigger('pointermove', { ...finger, clientX });
      await bubble.trigger('pointerup', finger);
    }
    expect(list.emitted('quote')).toEqual([[said]]);
  });
});

describe('what a row shows', () => {
  test('a quote with its author and first line; a tap goes there', async () => {
    const quote = { seq: 1, fromuid: bo.userId, type: 'text', text: 'Which tea?\nGreen?' };
    const entries = [entry(1, bo.userId, 'Which tea?'), entry(2, ada.userId, { type: 'text', text: 'Green', quote })];
    const list = open(entries, { at: (seq: Seq) => entries[seq - 1] });
    expect(list.get('.quote').text()).toBe(`${bo.name} Which tea? Green?`);
    await list.get('.quote').trigger('click');
    await vi.waitFor(() => expect(list.get('[data-seq="1"]').classes()).toContain('lit'));
  });

  test('a quote of what was taken back says so, and no more', () => {
    const quote = { seq: 1, fromuid: bo.userId, type: 'text', text: 'secret' };
    const list = open([entry(2, ada.userId, { type: 'text', text: 'Green', quote })], {
      at: () => entry(1, bo.userId, '', { recalled: true }),
    });
    expect(list.get('.quote').text()).toBe('The quoted message was taken back');
  });

  test('a quote of what is not here is asked for', async () => {
    const quote = { seq: 1, fromuid: bo.userId, type: 'text', text: 'a' };
    const list = open([entry(900, ada.userId, { type: 'text', text: 'b', quote })]);
    await list.get('.quote').trigger('click');
    await vi.waitFor(() => expect(list.emitted('reach')).toEqual([[1]]));
  });

  test('that it was edited, and whom it names', () => {
    const said: Said = { type: 'text', text: 'Hi @Ada!', mentions: [{ userId: ada.userId, at: 3, length: 4 }] };
    const list = open([entry(1, bo.userId, said, { isEdited: true })]);
    expect(list.get('.edited').text()).toBe('Edited');
    expect(list.get('.mention.ours').text()).toBe('@Ada');
  });

  test('more than 20 lines in part (client.md §4.2, rich text)', async () => {
    const list = open([entry(1, bo.userId, 'line\n'.repeat(30)), entry(2, bo.userId, 'line\n'.repeat(9))]);
    const [long, short] = list.findAll('.text');
    expect(short?.classes()).not.toContain('cut');
    expect(long?.classes()).toContain('cut');
    await list.get('.unfold').trigger('click');
    expect(long?.classes()).not.toContain('cut');
  });

  test('who said it and when, to whom it is read out (client.md §4.6)', async () => {
    const row = open([entry(1, bo.userId, 'hello')]).get('article');
    const label = () => row.attributes('aria-label');
    expect(label()).toContain(bo.name);
    expect(label()).toContain('hello');
    await vi.waitFor(() => expect(label()).toMatch(/20.* 12:00/));
  });

  test('a gap in the log, where it lasts', () => {
    expect(
      open([entry(1, bo.userId, 'a')])
        .find('.gap')
        .exists(),
    ).toBe(false);
    expect(
      open([entry(1, bo.userId, 'a')], { isGapped: true })
        .get('.gap')
        .text(),
    ).toBe('Loading…');
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

  test('the unread line stands above the first unread message that has a row of its own', () => {
    const entries = [entry(1, bo.userId, 'a'), entry(4, bo.userId, 'b'), entry(5, bo.userId, 'c')];
    const lines = (unreadFrom: Seq) => layOut(entries, 0, 3, { unreadFrom }).map(({ firstUnread }) => firstUnread);
    expect(lines(2)).toEqual([false, true, false]);
    expect(lines(5)).toEqual([false, false, true]);
    expect(layOut(entries, 1, 3, { unreadFrom: 2 }).map(({ firstUnread }) => firstUnread)).toEqual([true, false]);
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
