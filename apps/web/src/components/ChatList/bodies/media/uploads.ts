import type { ClientMsgId } from '@trialogue/protocol';
import { computed, inject, type ComputedRef, type InjectionKey } from 'vue';

/** How far a file of ours has come, and what can be done about it. */
export interface Upload {
  /** What waits for the line to come back goes on by itself. */
  state: 'going' | 'waiting' | 'failed';
  /** 0–1. */
  share: number;
  cancel: () => void;
  retry: () => void;
}

/** Uploads of this page, by the message that they are for. Apart from the list, which need not be drawn with each step. */
export const uploadsKey: InjectionKey<ReadonlyMap<ClientMsgId, Upload>> = Symbol('uploads');

export function useUpload(clientMsgId: () => ClientMsgId): ComputedRef<Upload | undefined> {
  const uploads = inject(uploadsKey, undefined);
  return computed(() => uploads?.get(clientMsgId()));
}
