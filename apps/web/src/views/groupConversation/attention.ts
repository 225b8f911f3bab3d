import type { DlgId, UserId } from '@trialogue/protocol';
import { ref } from 'vue';

import { imApp } from '../../lib/im.ts';
import { t } from '../../utils/i18n/index.ts';
import { browserKeep } from '../../utils/storage.ts';
import { openBell } from '../workbench/bell.ts';

const MUTED = 'muted';
const ICON = 'link[rel="icon"]';
const CALM = '/favicon.ico';
const WAITING = '/favicon-unread.svg';

/** Whether this browser stays silent. Kept for the next time. */
export const isMuted = ref(browserKeep.get(MUTED) === '1');
export function mute(next: boolean): void {
  isMuted.value = next;
  if (next) browserKeep.set(MUTED, '1');
  else browserKeep.remove(MUTED);
}

/** Whether to ask for notifications of the system: never asked yet, and there is something to ask. */
export const canAskToNotify = ref('Notification' in window && Notification.permission === 'default');
/** After a click only: who is asked out of the blue says no, and for good. */
export async function askToNotify(): Promise<void> {
  await Notification.requestPermission();
  canAskToNotify.value = Notification.permission === 'default';
}

export interface Attention {
  /** How many messages wait. */
  unread(count: number): void;
  close(): void;
}

/**
 * Calls back somebody who looks elsewhere: the number in the title, on the picture of the tab and on the app's picture,
 * a sound, a notification. All of it is taken back as soon as the page is looked at. client.md §4.3.
 */
export function callBack({ dlgId, me, name }: { dlgId: DlgId; me: UserId; name: string }): Attention {
  const bell = openBell();
  let waiting = 0;
  let shown: Notification | undefined;

  function show(): void {
    const count = isLookedAt() ? 0 : waiting;
    document.title = count > 0 ? `(${count > 99 ? '99+' : count}) ${name}` : name;
    document.querySelector<HTMLLinkElement>(ICON)?.setAttribute('href', count > 0 ? WAITING : CALM);
    // Installed pages only; a refusal is nothing to tell.
    if ('setAppBadge' in navigator) void navigator.setAppBadge(count).catch(() => undefined);
    if (count > 0) return;
    shown?.close();
    shown = undefined;
  }

  const stopHearing = imApp.on('message', ({ dlgId: where, fromuid, payload }) => {
    const type = payload?.type;
    if (where !== dlgId || fromuid === me || isLookedAt() || type === 'system' || type === 'cardUpdate') return;
    if (!isMuted.value) bell.ring();
    if (!('Notification' in window) || Notification.permission !== 'granted') return;
    // One for all that wait; a phone's browser has them in a service worker only, and throws.
    try {
      // Not what was said: it would lie open on a locked screen.
      shown = new Notification(name, { body: t('newMessages', { n: waiting + 1 }), tag: dlgId, silent: true });
      shown.onclick = () => {
        focus();
        shown?.close();
      };
    } catch {
      // The title tells it too.
    }
  });
  const events = ['visibilitychange', 'focus', 'blur'] as const;
  for (const event of events) addEventListener(event, show);
  // Sounds are allowed after a gesture only, and the browser counts it while it happens.
  const gestures = ['pointerdown', 'keydown'] as const;
  for (const gesture of gestures) addEventListener(gesture, bell.allow);

  show();
  return {
    unread(count) {
      waiting = count;
      show();
    },
    close() {
      waiting = 0;
      show();
      stopHearing();
      bell.close();
      for (const gesture of gestures) removeEventListener(gesture, bell.allow);
      for (const event of events) removeEventListener(event, show);
    },
  };
}

const isLookedAt = (): boolean => document.visibilityState === 'visible' && document.hasFocus();
