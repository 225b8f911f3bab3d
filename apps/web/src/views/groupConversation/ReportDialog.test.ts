import { id, type ClientMsgId, type DlgId } from '@trialogue/protocol';
import { bo } from '@trialogue/testkit';
import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiRefused } from '../../http/refusal.ts';
import { useNotices } from '../../store/notices.ts';
import { speak, withWords } from '../../utils/i18n/index.ts';
import ReportDialog from './ReportDialog.vue';

const asked = vi.hoisted(() => ({ reportMessage: vi.fn() }));
vi.mock('../../http/moderation.ts', () => asked);

const entry = {
  key: 'k',
  seq: 7,
  clientMsgId: id<ClientMsgId>('c'),
  fromuid: bo.userId,
  said: { type: 'text', text: 'rude' },
  sentAt: 1,
  recalled: false,
  state: 'sent',
} as const;
const open = () =>
  mount(ReportDialog, {
    props: { dlgId: id<DlgId>('tea'), entry },
    attachTo: document.body,
  });

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
  vi.resetAllMocks();
  await speak('zh-CN');
});

test('a reason has to be given; what was said is not sent, the server knows it', async () => {
  asked.reportMessage.mockResolvedValue({ reportId: 'r' });
  const dialog = open();
  expect(dialog.get('button[type=submit]').attributes('disabled')).toBeDefined();
  await dialog.get('form').trigger('submit');
  expect(asked.reportMessage).not.toHaveBeenCalled();
  await dialog.get('input[value=abuse]').setValue();
  await dialog.get('textarea').setValue(' again and again ');
  await dialog.get('form').trigger('submit');
  await flushPromises();
  expect(asked.reportMessage).toHaveBeenCalledWith('tea', 7, { reason: 'abuse', text: 'again and again' });
  expect(dialog.emitted('close')).toHaveLength(1);
  expect(useNotices().notice).toMatchObject({ text: 'Reported. Thank you.', isError: false });
  dialog.unmount();
});

test('what the server refuses is said in words, and what was written stays', async () => {
  const refusal = { code: 1, data: null, msg: '', error: 'message.not_found', requestId: '' } as const;
  asked.reportMessage.mockRejectedValue(new ApiRefused(refusal));
  const dialog = open();
  await dialog.get('input[value=spam]').setValue();
  await dialog.get('textarea').setValue('my words');
  await dialog.get('form').trigger('submit');
  await flushPromises();
  expect(dialog.emitted('close')).toBeUndefined();
  expect(useNotices().notice).toMatchObject({ text: 'There is no such message', isError: true });
  expect((dialog.get('textarea').element as HTMLTextAreaElement).value).toBe('my words');
  dialog.unmount();
});
