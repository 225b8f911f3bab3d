import type { DlgId, UserId } from '@trialogue/protocol';
import type { InjectionKey } from 'vue';

import type { Entry } from '../../rows.ts';

/** What the pictures and voices of one conversation know of each other. */
export interface ConversationMedia {
  dlgId: DlgId;
  me: UserId;
  /** All that is held, oldest first. */
  entries: () => readonly Entry[];
  /** Shows a picture large, and from there all others. */
  show: (key: string) => void;
  /** What is to be done when the conversation is left. */
  onLeave: (stop: () => void) => void;
}

export const conversationMediaKey: InjectionKey<ConversationMedia> = Symbol('conversationMedia');
