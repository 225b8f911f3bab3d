import { Refused, type DlgId, type UserId } from '@trialogue/protocol';

import type { Actor } from '../chat/ports.ts';

/** What somebody wants to do in a conversation. */
export type Deed = 'read' | 'send' | 'mark' | 'recall' | 'keepFile';

/** Who may do it. An author is a member too: whoever left may no longer take anything back. */
const rules: Record<Deed, 'member' | 'author'> = {
  read: 'member',
  send: 'member',
  mark: 'member',
  keepFile: 'member',
  recall: 'author',
};

/** What the storage knows, in the transaction that will do it. */
export interface Facts {
  actor: Actor;
  dlgId: DlgId;
  isMember: boolean;
  /** Of the message that the deed is about. */
  authorId?: UserId;
}

/**
 * The one door to a conversation: every command of the storage that acts for somebody comes through here, inside its
 * transaction, so that nothing can change between the question and the deed.
 *
 * A conversation that is absent, one that is foreign, and one beyond the link the actor came by are refused alike:
 * nobody can find out which conversations exist.
 *
 * @throws {Refused} conversation.not_member, message.not_author
 */
export function allow(deed: Deed, { actor, dlgId, isMember, authorId }: Facts): void {
  const inScope = actor.onlyDlg === undefined || actor.onlyDlg === dlgId;
  if (!inScope || !isMember) throw new Refused('conversation.not_member');
  if (rules[deed] === 'author' && authorId !== actor.userId) throw new Refused('message.not_author');
}
