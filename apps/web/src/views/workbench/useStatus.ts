import type { DlgId, UserId } from '@trialogue/protocol';
import type { BodyOf, ClientApi } from '@trialogue/protocol/api';
import { ref } from 'vue';

import { joinConversation, leaveConversation, patchDesk } from '../../http/api.ts';
import { failureWords } from '../../http/failureWords.ts';
import { isCancelled } from '../../http/refusal.ts';
import { useToast } from '../../store/toast.ts';
import type { DeskRecord, Status } from './listed.ts';

/** Tells the agent what could not be done, and why. */
export function useTrouble() {
  const toast = useToast();
  return (error: unknown): void => {
    if (isCancelled(error)) return;
    toast.warn(failureWords(error));
  };
}

/** What an agent does with a conversation as a whole. All answer whether it was done. */
export function useStatus(changed: (dlgId: DlgId, desk: DeskRecord | undefined) => void) {
  const trouble = useTrouble();
  const isBusy = ref(false);

  async function carryOut(dlgId: DlgId, work: () => Promise<DeskRecord | null>): Promise<boolean> {
    isBusy.value = true;
    try {
      changed(dlgId, (await work()) ?? undefined);
      return true;
    } catch (error) {
      trouble(error);
      return false;
    } finally {
      isBusy.value = false;
    }
  }
  const patch = (dlgId: DlgId, body: BodyOf<ClientApi['patchDesk']>) => carryOut(dlgId, () => patchDesk(dlgId, body));
  return {
    isBusy,
    setStatus: (dlgId: DlgId, status: Status) => patch(dlgId, { status }),
    handOver: (dlgId: DlgId, assignee: UserId | null, note: string) =>
      patch(dlgId, { assignee, ...(note.trim() !== '' && { note: note.trim() }) }),
    join: (dlgId: DlgId) => carryOut(dlgId, () => joinConversation(dlgId)),
    leave: (dlgId: DlgId) => carryOut(dlgId, () => leaveConversation(dlgId)),
  };
}
