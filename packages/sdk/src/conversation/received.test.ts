import { printKeyring, seal } from '@trialogue/crypto';
import { SYSTEM, id, type ClientMsgId, type Message, type MsgId, type Payload, type UserId } from '@trialogue/protocol';
import { ada, bo, tea } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import { receive } from './received.ts';

const key = (epochs: number[]) => printKeyring(new Map(epochs.map((epoch) => [epoch, new Uint8Array(32).fill(epoch)])));
const dlgKey = key([1]);

function sealed(by: UserId, payload: Payload, under = dlgKey): Message {
  const clientMsgId = id<ClientMsgId>('c1');
  const content = seal(JSON.stringify(payload), { dlgId: tea, dlgKey: under, fromuid: by, clientMsgId });
  return { seq: 4, msgId: id<MsgId>('m4'), clientMsgId, fromuid: by, content, sentAt: 1 };
}
const hello: Payload = { type: 'text', text: '你好' };

describe('a received message', () => {
  test('is opened, and keeps its content as it came', () => {
    const message = sealed(ada.userId, hello);
    expect(receive(message, tea, dlgKey)).toEqual({ ...message, dlgId: tea, payload: hello });
  });

  test('says why it cannot be opened, and does not throw', () => {
    const message = sealed(ada.userId, hello);
    const errorOf = (changed: Partial<Message>, ring: string | undefined = dlgKey) => {
      const { payload, error } = receive({ ...message, ...changed }, tea, ring);
      return [payload, error];
    };
    expect(errorOf({ content: 'plain text' })).toEqual([null, 'E_FORMAT']);
    expect(errorOf({ content: sealed(ada.userId, hello, key([1, 2])).content })).toEqual([null, 'E_EPOCH']);
    expect(errorOf({}, 'no key')).toEqual([null, 'E_KEY']);
    expect(receive(message, tea, undefined)).toMatchObject({ payload: null, error: 'E_KEY' });
    expect(errorOf({}, printKeyring(new Map([[1, new Uint8Array(32).fill(9)]])))).toEqual([null, 'E_TAMPERED']);
  });

  test('cannot be put into the mouth of somebody else', () => {
    const message = sealed(ada.userId, hello);
    expect(receive({ ...message, fromuid: bo.userId }, tea, dlgKey)).toMatchObject({
      payload: null,
      error: 'E_TAMPERED',
    });
    expect(receive({ ...message, clientMsgId: id<ClientMsgId>('c2') }, tea, dlgKey)).toMatchObject({ payload: null });
  });

  test('is believed to be of the system only when it is', () => {
    const left: Payload = { type: 'system', event: 'left', userId: bo.userId };
    expect(receive(sealed(ada.userId, left), tea, dlgKey).payload).toEqual({ type: 'unknown', was: 'system' });
    expect(receive(sealed(SYSTEM, left), tea, dlgKey).payload).toEqual(left);
    const tombstone: Payload = { type: 'system', event: 'recalled', seq: 4 };
    expect(receive({ ...sealed(ada.userId, tombstone), recalledAt: 5 }, tea, dlgKey).payload).toEqual(tombstone);
  });
});
