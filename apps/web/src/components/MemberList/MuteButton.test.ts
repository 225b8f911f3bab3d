import { id, type DlgId } from '@trialogue/protocol';
import { ada, bo, cy } from '@trialogue/testkit';
import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiRefused } from '../../http/refusal.ts';
import { speak, withWords } from '../../utils/i18n/index.ts';
import { states } from './MemberList.states.ts';
import MemberList from './MemberList.vue';
import MuteButton from './MuteButton.vue';

const asked = vi.hoisted(() => ({ muteMember: vi.fn(), unmuteMember: vi.fn() }));
vi.mock('../../http/moderation.ts', () => asked);

const dlgId = id<DlgId>('tea');
beforeEach(async () => {
  HTMLDialogElement.prototype.showModal = vi.fn();
  HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) {
    this.dispatchEvent(new Event('close'));
  };
  await speak('en');
  await withWords('moderation', Promise.resolve());
  await withWords('trouble', Promise.resolve());
});
afterEach(async () => {
  vi.useRealTimers();
  vi.resetAllMocks();
  await speak('zh-CN');
});

const open = (mutedUntil?: number | null) =>
  mount(MuteButton, {
    props: { dlgId, userId: ada.userId, name: 'Ada', mutedUntil },
    attachTo: document.body,
  });

test('Cy mutes Ada for an hour, and says why', async () => {
  asked.muteMember.mockResolvedValue({ mutedUntil: 1 });
  const button = open();
  expect(button.get('button').attributes('aria-label')).toBe('Mute Ada');
  await button.get('button').trigger('click');
  await button.findAll('input[type=radio]')[1]?.setValue();
  await button.get('input.input').setValue(' insults ');
  await button.get('form').trigger('submit');
  await flushPromises();
  expect(asked.muteMember).toHaveBeenCalledWith('tea', 'ada', { seconds: 3_600, reason: 'insults' });
  expect(button.emitted('changed')).toHaveLength(1);
  expect(button.find('dialog').exists()).toBe(false);
  button.unmount();
});

test('without an end no time is sent; what is refused is said, and asked again', async () => {
  const refusal = { code: 1, data: null, msg: '', error: 'member.is_service', requestId: '' } as const;
  asked.muteMember.mockRejectedValue(new ApiRefused(refusal));
  const button = open();
  await button.get('button').trigger('click');
  await button.findAll('input[type=radio]')[3]?.setValue();
  await button.get('form').trigger('submit');
  await flushPromises();
  expect(asked.muteMember).toHaveBeenCalledWith('tea', 'ada', {});
  expect(button.emitted('changed')).toBeUndefined();
  expect(button.find('dialog').exists()).toBe(true);
  button.unmount();
});

test('who is muted is given the word again by the same button, which changes by itself when the time is over', async () => {
  vi.useFakeTimers();
  asked.unmuteMember.mockResolvedValue({});
  const button = open(Date.now() + 60_000);
  expect(button.get('button').text()).toBe('Unmute');
  await button.get('button').trigger('click');
  expect(asked.unmuteMember).toHaveBeenCalledWith('tea', 'ada');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(button.get('button').text()).toBe('Mute');
  button.unmount();
  const endless = open(null);
  expect(endless.get('button').text()).toBe('Unmute');
  endless.unmount();
});

test('in the list of members it stands for customer service alone, and not at its own', async () => {
  const rowsWith = async (me: typeof ada) => {
    const list = mount(MemberList, {
      props: { ...states['three of them']!, me: me.userId },
      attachTo: document.body,
    });
    await vi.dynamicImportSettled();
    await flushPromises();
    const rows = list.findAll('.member').filter((row) => row.find('.mute').exists());
    const found = rows.map((row) => row.attributes('data-user-id'));
    list.unmount();
    return found;
  };
  expect(await rowsWith(cy)).toEqual([bo.userId, ada.userId]);
  expect(await rowsWith(ada)).toEqual([]);
});
