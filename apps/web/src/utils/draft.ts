import type { DlgId, UserId } from '@trialogue/protocol';

import { tabKeep } from './storage.ts';

const place = (userId: UserId, dlgId: DlgId): string => `draft:${userId}:${dlgId}`;

/** What a user has begun to write in a conversation: kept in this tab only, for it may be private. */
export const readDraft = (userId: UserId, dlgId: DlgId): string => tabKeep.get(place(userId, dlgId)) ?? '';

export function keepDraft(userId: UserId, dlgId: DlgId, text: string): void {
  if (text === '') tabKeep.remove(place(userId, dlgId));
  else tabKeep.set(place(userId, dlgId), text);
}
