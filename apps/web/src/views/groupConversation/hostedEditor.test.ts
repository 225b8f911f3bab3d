import { id, type ClientMsgId, type DlgId } from '@trialogue/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { effectScope, nextTick, ref, shallowRef } from 'vue';

import type { Pending } from './pending.ts';

const said = vi.hoisted(() => [] as { action: string; payload: object }[]);
vi.mock('../../lib/host.ts', () => ({ host: { say: (message: (typeof said)[number]) => said.push(message) } }));
const { hostedEditor, useHostedEditor } = await import('./hostedEditor.ts');

const tea = id<DlgId>('tea');
const one = (state: Pending['state']): Pending => ({
  clientMsgId: id<ClientMsgId>('m1'),
  said: { type: 'text', text: 'hello' },
  sentAt: 0,
  state,
});

let scope: ReturnType<typeof effectScope>;
const isOpen = ref(false);
const isWritten = ref(false);
const pending = shallowRef<readonly Pending[]>([]);
const focus = vi.fn();
const insert = vi.fn();
const send = vi.fn(async () => undefined);

beforeEach(() => {
  said.length = 0;
  hostedEditor.forget();
  vi.clearAllMocks();
  [isOpen.value, isWritten.value, pending.value] = [false, false, []];
  scope = effectScope();
  scope.run(() =>
    useHostedEditor({
      dlgId: tea,
      isOpen: () => isOpen.value,
      isWritten: () => isWritten.value,
      focus,
      insert,
      send,
      pending,
    }),
  );
});
afterEach(() => scope.stop());

const told = (action: string) => said.filter((message) => message.action === action).map(({ payload }) => payload);

describe('the message box in the hands of the page around us', () => {
  test('what was asked for too early is done once one can write', async () => {
    hostedEditor.focus();
    hostedEditor.insert('/');
    expect(focus).not.toHaveBeenCalled();
    isOpen.value = true;
    await nextTick();
    expect(told('opened')).toEqual([{ dlgId: tea }]);
    await vi.waitFor(() => expect(focus).toHaveBeenCalled());
    expect(insert).toHaveBeenCalledWith('/');
  });

  test('the cursor goes there once: a box that is open is a box that takes it', async () => {
    vi.useFakeTimers();
    try {
      hostedEditor.focus();
      isOpen.value = true;
      await nextTick();
      await nextTick();
      expect(vi.getTimerCount()).toBe(0);
      expect(focus).toHaveBeenCalledTimes(1);
    } finally {
      vi.useRealTimers();
    }
  });

  test('what was asked for of a conversation that is left is not done in the next one', async () => {
    hostedEditor.insert('only for tea');
    hostedEditor.forget();
    isOpen.value = true;
    await new Promise((done) => setTimeout(done));
    expect(insert).not.toHaveBeenCalled();
  });

  test('it is told that all is stored only once it is', async () => {
    isOpen.value = true;
    await nextTick();
    send.mockImplementationOnce(async () => void (pending.value = [one('queued')]));
    hostedEditor.send();
    await nextTick();
    expect(told('sent')).toEqual([]);
    pending.value = [one('sending')];
    await nextTick();
    expect(told('sent')).toEqual([]);
    pending.value = [];
    await nextTick();
    await nextTick();
    expect(told('sent')).toEqual([{ dlgId: tea, isStored: true }]);
  });

  test('what has failed is said not to be stored', async () => {
    isOpen.value = true;
    await nextTick();
    send.mockImplementationOnce(async () => void (pending.value = [one('failed')]));
    hostedEditor.send();
    await vi.waitFor(() => expect(told('sent')).toEqual([{ dlgId: tea, isStored: false }]));
  });

  test('whether something unsent stands there is told, what it is never', async () => {
    isWritten.value = true;
    await nextTick();
    expect(told('draft')).toEqual([
      { dlgId: tea, isThere: false },
      { dlgId: tea, isThere: true },
    ]);
  });
});
