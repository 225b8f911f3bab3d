import { id, type ClientMsgId } from '@trialogue/protocol';
import { ada, bo, tea } from '@trialogue/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { imApp } from '../../lib/im.ts';
import { callBack, isMuted, mute } from './attention.ts';

const bell = vi.hoisted(() => ({ allow: vi.fn(), ring: vi.fn(), close: vi.fn() }));
vi.mock('../workbench/bell.ts', () => ({ openBell: () => bell }));

let hear: (message: object) => void;
let isAway: boolean;
const look = (away: boolean) => {
  isAway = away;
  dispatchEvent(new Event('visibilitychange'));
};
const message = (fromuid: string, more: object = {}) => ({
  dlgId: tea,
  fromuid,
  clientMsgId: id<ClientMsgId>('m1'),
  payload: { type: 'text', text: '卡号 6222' },
  ...more,
});
const open = () => callBack({ dlgId: tea, me: ada.userId, name: '青禾茶铺' });
const iconNow = () => document.querySelector('link[rel=icon]')?.getAttribute('href');

beforeEach(() => {
  isAway = true;
  document.head.innerHTML = '<link rel="icon" href="/favicon.ico">';
  vi.spyOn(document, 'hasFocus').mockImplementation(() => !isAway);
  vi.spyOn(imApp, 'on').mockImplementation((_, listener) => {
    hear = listener as typeof hear;
    return () => undefined;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  bell.ring.mockClear();
  mute(false);
});

test('who looks elsewhere sees the number in the title and a dot on the picture, until they look (client.md 4.3, notification)', () => {
  const attention = open();
  attention.unread(3);
  expect(document.title).toBe('(3) 青禾茶铺');
  expect(iconNow()).toBe('/favicon-unread.svg');
  look(false);
  expect(document.title).toBe('青禾茶铺');
  expect(iconNow()).toBe('/favicon.ico');
  look(true);
  attention.unread(120);
  expect(document.title).toBe('(99+) 青禾茶铺');
  attention.close();
  expect(document.title).toBe('青禾茶铺');
});

test('a sound comes with what others say elsewhere; not with one’s own, not in the conversation one looks at, not when muted', () => {
  const attention = open();
  hear(message(bo.userId));
  expect(bell.ring).toHaveBeenCalledTimes(1);
  hear(message(ada.userId));
  hear(message(bo.userId, { dlgId: 'another' }));
  hear(message(bo.userId, { payload: { type: 'system', event: 'joined' } }));
  look(false);
  hear(message(bo.userId));
  look(true);
  mute(true);
  hear(message(bo.userId));
  expect(bell.ring).toHaveBeenCalledTimes(1);
  attention.close();
});

test('silence is kept for the next time', () => {
  mute(true);
  expect(isMuted.value).toBe(true);
  expect(localStorage.getItem('muted')).toBe('1');
});

test('a notification says that something waits, and not what', () => {
  const shown: { title: string; body?: string | undefined }[] = [];
  class FakeNotification {
    static permission = 'granted';
    constructor(title: string, { body }: NotificationOptions) {
      shown.push({ title, body });
    }
    close = () => undefined;
  }
  vi.stubGlobal('Notification', FakeNotification);
  const attention = open();
  hear(message(bo.userId));
  expect(shown).toEqual([{ title: '青禾茶铺', body: expect.stringContaining('1') }]);
  expect(JSON.stringify(shown)).not.toContain('6222');
  attention.close();
});
