import type { DlgId, Mention, Quote, Seq, UserId } from '@trialogue/protocol';

import { tabKeep } from './storage.ts';

/** What is being written, with all that goes out together with the words. */
export interface Draft {
  text: string;
  /** Names in the text, in order, none over another. */
  mentions: readonly Mention[];
  /** What is answered. */
  quote?: Quote | undefined;
  /** The words are to take the place of those of an own message. */
  editing?: Editing | undefined;
}

export interface Editing {
  seq: Seq;
  /** What it says now. */
  original: string;
  /** What was being written when it was taken up. It comes back afterwards. */
  before: Draft;
}

export const emptyDraft: Draft = { text: '', mentions: [] };

const place = (userId: UserId): string => `drafts:${userId}`;

/** All drafts of a user. Kept in this tab only, for they may be private; its frames share it. */
function kept(userId: UserId): Record<DlgId, Draft> {
  try {
    return JSON.parse(tabKeep.get(place(userId)) ?? '{}') as Record<DlgId, Draft>;
  } catch {
    return {};
  }
}

export const readDraft = (userId: UserId, dlgId: DlgId): Draft => kept(userId)[dlgId] ?? emptyDraft;

export function keepDraft(userId: UserId, dlgId: DlgId, draft: Draft): void {
  const { [dlgId]: _, ...others } = kept(userId);
  const isNothing = draft.text === '' && !draft.quote && !draft.editing;
  const drafts = isNothing ? others : { ...others, [dlgId]: draft };
  if (Object.keys(drafts).length === 0) dropDrafts(userId);
  else tabKeep.set(place(userId), JSON.stringify(drafts));
}

/** For a list of conversations: the words that wait there to be sent. Other words for a message are no draft. */
export function draftWords(userId: UserId, dlgId: DlgId): string {
  const draft = readDraft(userId, dlgId);
  return (draft.editing?.before ?? draft).text.trim();
}

/** When the user signs out: whoever sits here next has no business with them. */
export const dropDrafts = (userId: UserId): void => tabKeep.remove(place(userId));
