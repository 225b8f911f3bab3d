import { id, type DlgId } from '@trialogue/protocol';
import { cy } from '@trialogue/testkit';
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import * as api from '../../http/api.ts';
import { speak, withWords } from '../../utils/i18n/index.ts';
import { setSession } from '../../utils/index.ts';
import { listed, noon } from './examples.ts';
import type { Listed } from './listed.ts';
import Workbench from './Workbench.vue';

vi.mock('../../http/api.ts');

// Nobody is in the frame but the test; happy-dom would try to load the page.
const createElement = document.createElement.bind(document);
vi.spyOn(document, 'createElement').mockImplementation((name: string) =>
  createElement(name === 'iframe' ? 'div' : name),
);

let rows: Listed[] = [];
let desk: VueWrapper;
const told: { action: string; payload: Record<string, unknown> }[] = [];

beforeAll(async () => {
  await speak('en');
  await withWords('desk', Promise.resolve());
});
beforeEach(() => {
  sessionStorage.clear();
  localStorage.clear();
  told.length = 0;
  setSession('userInfo', { userId: cy.userId, urole: 'service', token: 'lent' });
  rows = [
    listed('first', { waiting: [['user', noon - 400_000]] }),
    listed('second', { waiting: [['merchant', noon - 1_000]], unread: 2 }),
    listed('third', { updatedAt: noon - 9_000 }),
  ];
  const page = (list: Listed[]) => ({ list, total: list.length, page: 1, size: 100 });
  vi.mocked(api.getDlgPage).mockImplementation(async ({ filter = 'all' } = {}) =>
    page(rows.filter((row) => filter === 'all' || row.desk?.status === filter)),
  );
  vi.mocked(api.getQueue).mockImplementation(async () => ({
    ...page([]),
    list: [{ dlgId: id<DlgId>('called'), name: 'called', calledAt: noon, members: [] }],
    total: 1,
  }));
  vi.mocked(api.getDeskCounts).mockImplementation(async () => ({
    ...{ all: rows.length, mine: 1, waiting: 2, queue: 1 },
    ...{ open: rows.length, pending: 0, closed: 0 },
  }));
  vi.mocked(api.getCustomer).mockResolvedValue({ custom: { order: 'QH-71' }, members: [] });
  vi.mocked(api.openNotes).mockResolvedValue({ dlgId: id<DlgId>('lane'), dlgKey: '', head: 0, readSeq: 0 });
  vi.mocked(api.joinConversation).mockResolvedValue({
    status: 'open',
    assignee: cy.userId,
    waiting: [],
    calledAt: null,
  });
  vi.mocked(api.patchDesk).mockImplementation(async (dlgId, { status, assignee }) => {
    const row = rows.find((each) => each.dlgId === dlgId)!;
    row.desk = { ...row.desk!, ...(status && { status }), ...(assignee !== undefined && { assignee }) };
    return row.desk;
  });
});
afterEach(() => {
  desk.unmount();
  vi.clearAllMocks();
});

/** The desk, with somebody in the frame's place who writes down what it is told. */
async function openDesk() {
  desk = mount(Workbench, {
    attachTo: document.body,
    global: { stubs: { RouterLink: true, teleport: true } },
  });
  const frame = desk.get('.frame').element;
  const within = { postMessage: (message: (typeof told)[number]) => told.push(message), focus: () => undefined };
  Object.defineProperty(frame, 'contentWindow', { value: within });
  const say = async (action: string, payload: object = {}) => {
    const data = { action, payload };
    const event = Object.assign(new Event('message'), { data, origin: location.origin, source: within });
    window.dispatchEvent(event);
    await flushPromises();
  };
  await say('ready');
  await say('bindUserSuccess', { userId: cy.userId });
  return { say };
}
const press = async (key: string, held: KeyboardEventInit = {}) => {
  (document.activeElement ?? document.body).dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...held }),
  );
  await flushPromises();
};
const names = () => desk.findAll('.row .name').map((name) => name.text());
const chosen = () => desk.find('[aria-current="true"] .name').text();
const selected = () => told.filter(({ action }) => action === 'selectConversation').map(({ payload }) => payload);
const unreadOf = (name: string) =>
  desk
    .findAll('.row')
    .find((row) => row.get('.name').text() === name)
    ?.find('.count')
    .text();

describe('the desk', () => {
  test('hands its token to the frame, asks for its keys, and lists who waits longest first', async () => {
    await openDesk();
    expect(told.map(({ action }) => action)).toEqual(['transferUser', 'watchKeys']);
    expect(names()).toEqual(['first', 'second', 'third']);
    expect(desk.get('[data-urgency]').text()).toContain('too long');
  });

  test('client.md §4.5 W: Alt+↑/↓ goes through the conversations, in the page and from within the frame', async () => {
    const { say } = await openDesk();
    await press('ArrowDown', { altKey: true });
    expect(chosen()).toBe('first');
    await say('pressed', { key: 'Alt+ArrowDown', isWriting: true });
    expect(chosen()).toBe('second');
    expect(selected().at(-1)).toEqual({ dlgId: 'second', isNotes: false });
    // Who was writing goes on to write.
    expect(told.at(-1)?.action).toBe('focusEditor');
    await press('ArrowUp', { altKey: true });
    expect(chosen()).toBe('first');
  });

  test('what an agent asks for while the frame is still loading is done once it has', async () => {
    rows = rows.slice(0, 1);
    const { say } = await openDesk();
    await press('ArrowDown', { altKey: true });
    // It is loaded anew.
    await say('ready');
    told.length = 0;
    await press('r');
    expect(told).toEqual([]);
    await say('bindUserSuccess', { userId: cy.userId });
    expect(told.map(({ action }) => action)).toEqual(['watchKeys', 'selectConversation', 'focusEditor']);
  });

  test('what is sent and closed with Ctrl+Enter is closed only once it is stored, and the next one is at hand', async () => {
    const { say } = await openDesk();
    await press('ArrowDown', { altKey: true });
    await say('pressed', { key: 'Mod+Enter', isWriting: true });
    expect(told.at(-1)?.action).toBe('send');
    expect(api.patchDesk).not.toHaveBeenCalled();
    await say('sent', { dlgId: 'first', isStored: true });
    expect(api.patchDesk).toHaveBeenCalledWith('first', { status: 'closed' });
    expect(chosen()).toBe('second');
    expect(told.at(-1)?.action).toBe('focusEditor');
  });

  test('what could not be sent is not closed', async () => {
    const { say } = await openDesk();
    await press('ArrowDown', { altKey: true });
    await say('pressed', { key: 'Mod+Enter', isWriting: true });
    await say('sent', { dlgId: 'first', isStored: false });
    expect(api.patchDesk).not.toHaveBeenCalled();
    expect(chosen()).toBe('first');
  });

  test('E closes, Shift+E opens again, A takes: single keys, and only where one does not write', async () => {
    await openDesk();
    await press('ArrowDown', { altKey: true });
    desk.get<HTMLInputElement>('input[type=search]').element.focus();
    await press('e');
    expect(api.patchDesk).not.toHaveBeenCalled();
    desk.get<HTMLInputElement>('input[type=search]').element.blur();
    await press('a');
    expect(api.patchDesk).toHaveBeenLastCalledWith('first', { assignee: cy.userId });
    await press('E', { shiftKey: true });
    expect(api.patchDesk).toHaveBeenLastCalledWith('first', { status: 'open' });
    await press('e');
    expect(api.patchDesk).toHaveBeenLastCalledWith('first', { status: 'closed' });
  });

  test('a note is never taken for a message: another lane, its name in sight, and Ctrl+Enter does not close', async () => {
    const { say } = await openDesk();
    await press('ArrowDown', { altKey: true });
    await press('n');
    expect(selected().at(-1)).toEqual({ dlgId: 'lane', isNotes: true });
    expect(desk.get('.lane-sign').text()).toContain('customer service only');
    await say('pressed', { key: 'Mod+Enter', isWriting: true });
    await say('sent', { dlgId: 'lane', isStored: true });
    expect(api.patchDesk).not.toHaveBeenCalled();
    // Another conversation begins with what everybody reads.
    await press('ArrowDown', { altKey: true });
    expect(selected().at(-1)).toEqual({ dlgId: 'second', isNotes: false });
    expect(desk.find('.lane-sign').exists()).toBe(false);
  });

  test('one from the queue is accepted before it is opened', async () => {
    await openDesk();
    await desk
      .findAll('.filter')
      .find((each) => each.text().startsWith('Queue'))!
      .trigger('click');
    await flushPromises();
    await press('ArrowDown', { altKey: true });
    expect(selected()).toEqual([]);
    await desk.get('.queued .button').trigger('click');
    await flushPromises();
    expect(api.joinConversation).toHaveBeenCalledWith('called');
    expect(selected().at(-1)).toEqual({ dlgId: 'called', isNotes: false });
  });

  test('the chosen one stays chosen and in sight when it leaves the filter', async () => {
    await openDesk();
    await desk
      .findAll('.filter')
      .find((each) => each.text().startsWith('Open'))!
      .trigger('click');
    await flushPromises();
    await press('ArrowDown', { altKey: true });
    rows[0]!.desk = { ...rows[0]!.desk!, status: 'pending' };
    await desk.get('.head .icon-button').trigger('click');
    await flushPromises();
    expect(chosen()).toBe('first');
    expect(names()).toContain('first');
  });

  test('unread messages are counted on the row and in the title, as soon as the frame hears of them', async () => {
    const { say } = await openDesk();
    expect(document.title).toBe('(2) Support desk');
    await say('unread', { dlgId: 'third', unread: 3 });
    expect(unreadOf('third')).toContain('3');
    expect(document.title).toBe('(5) Support desk');
    await say('unread', { dlgId: 'third', unread: 0 });
    expect(document.title).toBe('(2) Support desk');
  });

  test('client.md §4.5 W: a draft is marked in the list', async () => {
    const { say } = await openDesk();
    await say('draft', { dlgId: 'second', isThere: true });
    expect(desk.get('.draft').text()).toBe('[Draft]');
    await say('draft', { dlgId: 'second', isThere: false });
    expect(desk.find('.draft').exists()).toBe(false);
  });

  test('client.md §4.5 W: one look is two requests whatever the number of lists, and one conversation is one more', async () => {
    await openDesk();
    vi.clearAllMocks();
    await desk.get('.head .icon-button').trigger('click');
    await flushPromises();
    expect(api.getDlgPage).toHaveBeenCalledOnce();
    expect(api.getQueue).not.toHaveBeenCalled();
    const counts = desk.findAll('.filter').map((each) => each.text().replaceAll(/\s+/g, ' '));
    expect(counts).toEqual(['All 3', 'Mine 1', 'Waiting 2', 'Queue 1', 'Open 3', 'Pending 0', 'Closed 0']);
    await press('ArrowDown', { altKey: true });
    expect(api.getCustomer).toHaveBeenCalledOnce();
    expect(api.getMemberList).not.toHaveBeenCalled();
  });

  test('lists are counted again after a while, however often one looks', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    try {
      await openDesk();
      const look = async () => {
        await desk.get('.head .icon-button').trigger('click');
        await flushPromises();
      };
      const before = vi.mocked(api.getDeskCounts).mock.calls.length;
      for (let n = 0; n < 5; n++) await look();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(vi.mocked(api.getDeskCounts).mock.calls.length - before).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });

  test('what cannot be loaded is said; what was shown stays shown when a later look fails', async () => {
    const answer = vi.mocked(api.getDlgPage).getMockImplementation()!;
    vi.mocked(api.getDlgPage).mockRejectedValue(new Error('no answer'));
    await openDesk();
    vi.mocked(api.getDlgPage).mockImplementation(answer);
    await desk.get('[role=alert] .button').trigger('click');
    await flushPromises();
    expect(names()).toHaveLength(3);
    vi.mocked(api.getDlgPage).mockRejectedValue(new Error('no answer'));
    await desk.get('.head .icon-button').trigger('click');
    await flushPromises();
    expect(names()).toHaveLength(3);
    expect(desk.get('.stale').text()).toContain('out of date');
  });

  test('nobody is asked about notifications before a click', async () => {
    const requestPermission = vi.fn(async () => 'granted' as const);
    vi.stubGlobal(
      'Notification',
      Object.assign(() => undefined, { permission: 'default', requestPermission }),
    );
    await openDesk();
    expect(requestPermission).not.toHaveBeenCalled();
    await desk.get('.notify').trigger('click');
    expect(requestPermission).toHaveBeenCalledOnce();
    vi.unstubAllGlobals();
  });

  test('of thousands of conversations only those in sight are drawn', async () => {
    rows = Array.from({ length: 5_000 }, (_, n) => listed(`c${n}`, { updatedAt: noon - n }));
    await openDesk();
    expect(desk.findAll('.row').length).toBeLessThan(60);
  });
});
