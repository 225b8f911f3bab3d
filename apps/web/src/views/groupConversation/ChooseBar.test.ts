import { id, type ClientMsgId, type UserId } from '@trialogue/protocol';
import { ada, bo } from '@trialogue/testkit';
import { enableAutoUnmount, mount } from '@vue/test-utils';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';

import type { Entry } from '../../components/ChatList/rows.ts';
import { speak, withWords } from '../../utils/i18n/index.ts';
import ChooseBar from './ChooseBar.vue';

const copyText = vi.hoisted(() => vi.fn(async (_: string) => true));
vi.mock('../../utils/clipboard.ts', () => ({ copyText }));
vi.mock('../../store/toast.ts', () => ({ useToast: () => ({ tell: vi.fn(), warn: vi.fn() }) }));
beforeAll(async () => {
  await speak('en');
  await withWords('list', Promise.resolve());
});
enableAutoUnmount(afterEach);

const entry = (at: number, fromuid: UserId, more: Partial<Entry> = {}): Entry => ({
  key: `m${at}`,
  seq: at,
  clientMsgId: id<ClientMsgId>(`m${at}`),
  fromuid,
  said: { type: 'text', text: `words ${at}` },
  sentAt: at,
  recalled: false,
  state: 'sent',
  ...more,
});
const failed = entry(3, ada.userId, { seq: undefined, state: 'failed' });
const all = [entry(1, bo.userId), entry(2, ada.userId), failed];
const people = new Map([ada, bo].map((one) => [one.userId, { ...one, avatar: '' }]));
const bar = (...keys: string[]) =>
  mount(ChooseBar, {
    props: { entries: all, chosen: new Set(keys), me: ada.userId, people, canForward: true },
    attachTo: document.body,
  });
const named = (one: ReturnType<typeof bar>, words: string) =>
  one.findAll('button').find((button) => button.text() === words);

describe('several messages that were chosen (client.md §4.4, long-press menu)', () => {
  test('are copied oldest first, each with who said it, however they were chosen', async () => {
    const one = bar('m2', 'm1');
    expect(one.text()).toContain('2 chosen');
    await named(one, 'Copy')!.trigger('click');
    await vi.waitFor(() => expect(one.emitted('close')).toHaveLength(1));
    expect(copyText).toHaveBeenCalledWith(`${bo.name}: words 1\nYou: words 2`);
  });

  test('are sent on together; one that is not stored cannot be', async () => {
    const one = bar('m1', 'm2');
    await named(one, 'Forward')!.trigger('click');
    expect(one.emitted('forward')).toEqual([[[all[0], all[1]]]]);
    expect(named(bar('m1', 'm3'), 'Forward')!.attributes('disabled')).toBeDefined();
  });

  test('those that failed can be deleted, and nothing else', async () => {
    expect(named(bar('m1', 'm2'), 'Delete')).toBeUndefined();
    const one = bar('m1', 'm3');
    await named(one, 'Delete')!.trigger('click');
    expect(one.emitted('discard')).toEqual([[failed]]);
    expect(one.emitted('close')).toHaveLength(1);
  });

  test('Esc ends it, unless a menu or a dialog is open', () => {
    const one = bar('m1');
    const layer = document.createElement('div');
    layer.setAttribute('role', 'menu');
    document.body.append(layer);
    dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', cancelable: true }));
    expect(one.emitted('close')).toBeUndefined();
    layer.remove();
    dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', cancelable: true }));
    expect(one.emitted('close')).toHaveLength(1);
  });
});
