import { Refused, type DlgId, type Urole, type UserId } from '@trialogue/protocol';

import type { Actor } from '../chat/ports.ts';

/** What somebody wants to do in a conversation. */
export type Deed = 'read' | 'send' | 'mark' | 'recall' | 'keepFile' | 'report' | 'call' | 'desk' | 'moderate' | 'join';

/**
 * Who may do it. An author is a member too: whoever left may no longer take anything back. The one who comes to help is
 * no member yet: customer service was called, and has nobody in the conversation.
 */
const rules: Record<Deed, 'member' | 'author' | 'service' | 'helper'> = {
  read: 'member',
  send: 'member',
  mark: 'member',
  keepFile: 'member',
  recall: 'author',
  report: 'member',
  call: 'member',
  desk: 'service',
  moderate: 'service',
  join: 'helper',
};

/** The notes of customer service have no desk of their own, and nobody there to be protected from. */
const notInLanes: ReadonlySet<Deed> = new Set(['call', 'desk', 'join', 'report', 'moderate']);

/** Who is muted reads, marks, takes back, and can still call for help. */
const notWhileMuted: ReadonlySet<Deed> = new Set(['send', 'keepFile']);

/** What the storage knows, in the transaction that will do it. */
export interface Facts {
  actor: Actor;
  dlgId: DlgId;
  isMember: boolean;
  /** Of the message that the deed is about. */
  authorId?: UserId;
  /** The actor's role in the conversation; of one who is not in it, in the app. */
  urole?: Urole;
  /** Customer service was called, and nobody of it has come. */
  isCalled?: boolean;
  /** The member may not write for now. */
  isMuted?: boolean;
  /** The conversation that this one holds the notes about. */
  laneOf?: DlgId | null;
}

/**
 * The one door to a conversation: every command of the storage that acts for somebody comes through here, inside its
 * transaction, so that nothing can change between the question and the deed.
 *
 * A conversation that is absent, one that is foreign, and one beyond the link the actor came by are refused alike:
 * nobody can find out which conversations exist. Notes are to be had of customer service in the conversation that they
 * are about, and whoever came by a link to it may read them too.
 *
 * @throws {Refused} conversation.not_member, member.muted, message.not_author, desk.not_service
 */
export function allow(deed: Deed, { actor, dlgId, isMember, isMuted, authorId, urole, isCalled, laneOf }: Facts): void {
  const { onlyDlg } = actor;
  const inScope = onlyDlg === undefined || onlyDlg === dlgId || onlyDlg === laneOf;
  const isHelper = rules[deed] === 'helper' && urole === 'service' && isCalled === true;
  const isThere = typeof laneOf !== 'string' || !notInLanes.has(deed);
  if (!inScope || !isThere || !(isMember || isHelper)) throw new Refused('conversation.not_member');
  if (isMuted && notWhileMuted.has(deed)) throw new Refused('member.muted');
  if (rules[deed] === 'author' && authorId !== actor.userId) throw new Refused('message.not_author');
  if (rules[deed] === 'service' || rules[deed] === 'helper') allowService(urole);
}

/** What belongs to the desk and to no conversation. @throws {Refused} desk.not_service */
export function allowService(urole: Urole | undefined): void {
  if (urole !== 'service') throw new Refused('desk.not_service');
}
