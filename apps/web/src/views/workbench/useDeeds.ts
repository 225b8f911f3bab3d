import type { DlgId, UserId } from '@trialogue/protocol';

import { useToast } from '../../store/toast.ts';
import { t } from '../../utils/i18n/index.ts';
import { afterDone, type Status } from './listed.ts';
import type { useChosen } from './useChosen.ts';
import type { useConversations } from './useConversations.ts';
import type { useDeskFrame } from './useDeskFrame.ts';
import type { useNotes } from './useNotes.ts';
import { useStatus } from './useStatus.ts';

/** What an agent does with the chosen conversation; each knows what comes next at the desk. */
export function useDeeds(at: {
  me: UserId;
  chosen: ReturnType<typeof useChosen>;
  conversations: ReturnType<typeof useConversations>;
  frame: ReturnType<typeof useDeskFrame>;
  notes: ReturnType<typeof useNotes>;
  choose: (dlgId: DlgId, how?: { isWriting: boolean }) => void;
}) {
  const { me, chosen, conversations, frame, notes, choose } = at;
  const { readable, rows } = chosen;
  const toast = useToast();
  const status = useStatus((dlgId, desk) => {
    if (!desk) return conversations.lookSoon();
    chosen.setDesk(dlgId, desk);
    conversations.setDesk(dlgId, desk);
  });

  /** Done with this one; the next is at hand at once. */
  async function close(isWriting: boolean): Promise<void> {
    const dlgId = readable.value;
    if (!dlgId) return;
    const next = afterDone(rows.value, dlgId);
    if (!(await status.setStatus(dlgId, 'closed'))) return;
    toast.tell(t('closedNow'));
    // Somebody else was chosen meanwhile.
    if (next && chosen.dlgId.value === dlgId) choose(next.dlgId, { isWriting });
  }

  return {
    isBusy: status.isBusy,
    async setStatus(to: Status): Promise<void> {
      if (readable.value) await status.setStatus(readable.value, to);
    },
    close,
    async sendAndClose(isWriting: boolean): Promise<void> {
      const dlgId = readable.value;
      if (!dlgId) return;
      const isStored = await frame.send();
      if (notes.isShown.value || chosen.dlgId.value !== dlgId) return;
      if (isStored) await close(isWriting);
      else toast.warn(t('notSentNotClosed'));
    },
    async take(): Promise<void> {
      const row = chosen.current.value;
      if (!row) return;
      if (!row.isQueued) return void (await status.handOver(row.dlgId, me, ''));
      if (!(await status.join(row.dlgId))) return;
      conversations.drop(row.dlgId);
      chosen.accepted(row);
      frame.focusEditor();
      void conversations.look();
    },
    /** Whether it was done. */
    async handOver(to: UserId | null, note: string): Promise<boolean> {
      if (!readable.value || !(await status.handOver(readable.value, to, note))) return false;
      toast.tell(t('handedOverNow'));
      return true;
    },
    /** Whether it was done. */
    async leave(): Promise<boolean> {
      const dlgId = readable.value;
      const next = afterDone(rows.value, dlgId);
      if (!dlgId || !(await status.leave(dlgId))) return false;
      conversations.drop(dlgId);
      chosen.choose(undefined);
      if (next) choose(next.dlgId);
      return true;
    },
  };
}
