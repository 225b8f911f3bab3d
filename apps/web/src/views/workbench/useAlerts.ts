import type { DlgId } from '@trialogue/protocol';
import { onScopeDispose, ref, watch, type Ref } from 'vue';

import { t } from '../../utils/i18n/index.ts';
import { browserKeep } from '../../utils/storage.ts';
import { openBell } from './bell.ts';

const MUTED = 'desk:muted';

type Permission = NotificationPermission | 'unsupported';
const permissionNow = (): Permission => (typeof Notification === 'undefined' ? 'unsupported' : Notification.permission);

/** What tells an agent who looks elsewhere that somebody has written: the title, a sound, and a notification. */
export function useAlerts(unread: Readonly<Ref<number>>, choose: (dlgId: DlgId) => void) {
  const bell = openBell();
  const isMuted = ref(browserKeep.get(MUTED) === 'yes');
  const permission = ref(permissionNow());
  const shown = new Map<DlgId, Notification>();

  watch(
    [unread, () => t('workbench')],
    ([count, name]) => {
      document.title = count > 0 ? `(${count}) ${name}` : name;
      const badge = count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.();
      badge?.catch(() => undefined);
    },
    { immediate: true },
  );
  const allow = () => bell.allow();
  addEventListener('pointerdown', allow);
  addEventListener('keydown', allow);

  function notify(dlgId: DlgId, name: string): void {
    if (permission.value !== 'granted') return;
    // What was written stays sealed: a notification is read over shoulders, and kept by the system.
    const note = new Notification(name, { body: t('newMessage'), tag: dlgId, silent: true });
    note.addEventListener('click', () => {
      window.focus();
      choose(dlgId);
      note.close();
    });
    shown.set(dlgId, note);
  }

  onScopeDispose(() => {
    removeEventListener('pointerdown', allow);
    removeEventListener('keydown', allow);
    for (const note of shown.values()) note.close();
    bell.close();
  });
  return {
    isMuted,
    permission,
    allow,
    /** Somebody wrote in a conversation that is not being looked at. */
    tell(dlgId: DlgId, name: string): void {
      if (!isMuted.value) bell.ring();
      if (document.hidden) notify(dlgId, name);
    },
    read(dlgId: DlgId): void {
      shown.get(dlgId)?.close();
      shown.delete(dlgId);
    },
    setMuted(now: boolean): void {
      isMuted.value = now;
      browserKeep.set(MUTED, now ? 'yes' : 'no');
    },
    /** Only ever after a click. */
    async ask(): Promise<void> {
      if (permission.value === 'default') permission.value = await Notification.requestPermission();
    },
  };
}
