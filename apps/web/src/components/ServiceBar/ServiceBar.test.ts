import { SYSTEM, id, type ClientMsgId, type PayloadOf, type Seq, type UserId } from '@trialogue/protocol';
import type { Member, ServiceCall } from '@trialogue/protocol/api';
import { ada, bo, cy, tea } from '@trialogue/testkit';
import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { getService, visitConversation } from '../../http/api.ts';
import { speak, withWords } from '../../utils/i18n/index.ts';
import type { Entry } from '../ChatList/rows.ts';
import ServiceBar from './ServiceBar.vue';

const hears = vi.hoisted(() => new Map<string, (event: { dlgId: string }) => void>());
vi.mock('../../lib/im.ts', () => ({
  imApp: {
    on: (name: string, hear: (event: { dlgId: string }) => void) => (hears.set(name, hear), () => hears.delete(name)),
  },
}));
vi.mock('../../http/api.ts', () => ({ getService: vi.fn(), visitConversation: vi.fn() }));
vi.mock('../../lib/idle.ts', () => ({ whenIdle: (work: () => void) => work() }));

beforeAll(async () => {
  await speak('en');
  await withWords('cards', import('./QueueRow.vue'));
});
enableAutoUnmount(afterEach);

let seq: Seq;
const system = (event: PayloadOf<'system'>['event'], userId: UserId = ada.userId): Entry => ({
  key: `s${(seq += 1)}`,
  seq,
  clientMsgId: id<ClientMsgId>(`s${seq}`),
  fromuid: SYSTEM,
  said: { type: 'system', event, userId },
  sentAt: seq,
  recalled: false,
  state: 'sent',
});
const members = [ada, bo, cy].map((one) => ({ ...one, avatar: '', remark: '', online: true })) as unknown as Member[];
const waiting = (before: number | null, more: Partial<ServiceCall> = {}): ServiceCall => ({
  calledAt: 1,
  before,
  isOpen: true,
  opensAt: null,
  ...more,
});

let isHidden: boolean;
const turnTo = async (hidden: boolean) => {
  isHidden = hidden;
  document.dispatchEvent(new Event('visibilitychange'));
  await flushPromises();
};
beforeEach(() => {
  seq = 0;
  isHidden = false;
  vi.spyOn(document, 'hidden', 'get').mockImplementation(() => isHidden);
  vi.mocked(visitConversation).mockReset().mockResolvedValue(null);
  vi.mocked(getService).mockReset().mockResolvedValue(waiting(3));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => void vi.useRealTimers());

async function open(entries: Entry[]) {
  const bar = mount(ServiceBar, { props: { dlgId: tea, entries, members } });
  const settle = async () => {
    await vi.advanceTimersByTimeAsync(0);
    await flushPromises();
  };
  await settle();
  return {
    bar,
    words: () => bar.find('[role=status]').exists() && bar.get('[role=status]').text(),
    tell: async (...more: Entry[]) => {
      await bar.setProps({ entries: [...bar.props('entries'), ...more] });
      await settle();
    },
    later: async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms);
      await flushPromises();
    },
  };
}

describe('client.md §4.5 M "queue"', () => {
  test('how many wait before one is a row, whose words change in place', async () => {
    const { bar, words, tell, later } = await open([]);
    expect(words()).toBe(false);
    expect(getService).not.toHaveBeenCalled();
    await tell(system('serviceCalled'));
    expect(words()).toContain('3 people are before you');
    const row = bar.get('[role=status]').element;
    vi.mocked(getService).mockResolvedValue(waiting(1));
    await later(10_000);
    expect(words()).toContain('1 person is before you');
    vi.mocked(getService).mockResolvedValue(waiting(0));
    await later(10_000);
    expect(words()).toContain('You are next');
    expect(bar.get('[role=status]').element).toBe(row);
    await tell(system('taken', cy.userId));
    expect(words()).toBe(false);
    const asked = vi.mocked(getService).mock.calls.length;
    await later(60_000);
    expect(getService).toHaveBeenCalledTimes(asked);
  });

  test('who is in no queue, or far behind in it, is told so', async () => {
    vi.mocked(getService).mockResolvedValue(waiting(null));
    const { words, later } = await open([system('serviceCalled')]);
    expect(words()).toBe('Customer service has been told');
    vi.mocked(getService).mockResolvedValue(waiting(100));
    await later(10_000);
    expect(words()).toContain('More than 100 people');
  });

  test('client.md §4.5 M "off-hours": when they are back is said instead', async () => {
    vi.mocked(getService).mockResolvedValue(waiting(0, { isOpen: false, opensAt: Date.now() + 3_600_000 }));
    const { words, later } = await open([system('serviceCalled')]);
    expect(words()).toMatch(/is away.* after .*\d\d:\d\d/);
    vi.mocked(getService).mockResolvedValue(waiting(0, { isOpen: false, opensAt: null }));
    await later(10_000);
    expect(words()).toMatch(/is away.* when it is back/);
  });

  test('a call that was answered, but not here yet, shows nothing; one that cannot be asked about shows what was known', async () => {
    const { words, later } = await open([system('serviceCalled')]);
    expect(words()).toContain('3 people');
    vi.mocked(getService).mockRejectedValue(new Error('offline'));
    await later(10_000);
    expect(words()).toContain('3 people');
    vi.mocked(getService).mockResolvedValue(waiting(null, { calledAt: null }));
    await later(10_000);
    expect(words()).toBe(false);
  });

  test('nobody is asked while nobody looks; whoever looks again is told at once', async () => {
    const { words, later } = await open([system('serviceCalled')]);
    await turnTo(true);
    await later(10_000);
    const asked = vi.mocked(getService).mock.calls.length;
    await later(60_000);
    expect(getService).toHaveBeenCalledTimes(asked);
    vi.mocked(getService).mockResolvedValue(waiting(0));
    await turnTo(false);
    expect(words()).toContain('You are next');
  });
});

describe('client.md §4.5 M "welcome"', () => {
  test('that a shopper has come is said once, and only when they look', async () => {
    isHidden = true;
    const { tell, later } = await open([]);
    expect(visitConversation).not.toHaveBeenCalled();
    await turnTo(false);
    await turnTo(true);
    await turnTo(false);
    hears.get('opened')?.({ dlgId: tea });
    await tell(system('joined', bo.userId));
    await later(60_000);
    expect(visitConversation).toHaveBeenCalledOnce();
  });

  test('again after a word has opened what was closed', async () => {
    const { tell } = await open([system('closed', cy.userId)]);
    await tell(system('reopened'));
    expect(visitConversation).toHaveBeenCalledTimes(2);
  });

  test('what could not be said is said once there is a connection', async () => {
    vi.mocked(visitConversation).mockRejectedValueOnce(new Error('offline'));
    await open([]);
    hears.get('opened')?.({ dlgId: 'another' });
    expect(visitConversation).toHaveBeenCalledTimes(1);
    hears.get('opened')?.({ dlgId: tea });
    expect(visitConversation).toHaveBeenCalledTimes(2);
  });
});
