import type { DlgId, UserId } from '@trialogue/protocol';

import { createSession, expectMembers, expectMsgPage, getConversation } from '../../http/api.ts';
import { ApiRefused } from '../../http/refusal.ts';
import { useTicket } from '../../lib/ticket.ts';
import { findSession, setSession, type UserInfo } from '../../utils/index.ts';
import type { Conversation } from './conversation.ts';
import { firstPage } from './firstPage.ts';

/** Where a link leads: into its conversation, to another page of ours, or nowhere. */
export type Arrival =
  | { name: 'in'; userInfo: UserInfo; conversation: Conversation }
  | { name: 'away'; path: '/login' | '/login/logout' }
  | { name: 'incomplete' };

/** A link that was opened before by this very user in this very browser is only a way back. */
const opensOnceOnly: ReadonlySet<string> = new Set(['ticket.used', 'ticket.expired']);

/** Kept until the server has said yes or no to it. */
let held: { search: string; ticket: string | undefined } | undefined;
let early: { search: string; arrival: Promise<Arrival> } | undefined;

/** Sets out by the link in the address bar, while most of the program is still on its way; needs nothing of it. */
export function arriveAhead({ pathname, search }: Place): void {
  early = { search, arrival: go({ pathname, search }) };
  // Who arrives there hears of it.
  early.arrival.catch(() => undefined);
}

/**
 * Arrives by a link, `?groupId=…&userId=…`, with its ticket or a session of that user.
 *
 * @throws {ApiRefused} when the server says no; an AskFailed when no answer came
 */
export function arrive({ pathname, search }: Place): Promise<Arrival> {
  const underWay = early?.search === search ? early.arrival : undefined;
  early = undefined;
  return underWay ?? go({ pathname, search });
}

type Place = Pick<URL, 'pathname' | 'search'>;

async function go(place: Place): Promise<Arrival> {
  const asked = new URLSearchParams(place.search);
  const [groupId, userId] = [asked.get('groupId') as DlgId | null, asked.get('userId') as UserId | null];
  if (!groupId || !userId) return { name: 'incomplete' };
  setSession('wanted', place.pathname + place.search);
  const claimed = await claim(groupId, userId, place.search);
  if ('farewell' in claimed) {
    setSession('farewell', claimed.farewell);
    return { name: 'away', path: claimed.farewell === 'needed' ? '/login' : '/login/logout' };
  }
  const conversation = claimed.conversation ?? (await getConversation(groupId));
  expectMsgPage(conversation.dlgId, { limit: firstPage(conversation) });
  expectMembers(conversation.dlgId);
  return { name: 'in', userInfo: claimed.userInfo, conversation };
}

/** The right to be this user here, or why there is none. */
async function claim(
  groupId: DlgId,
  userId: UserId,
  search: string,
): Promise<{ userInfo: UserInfo; conversation?: Conversation } | { farewell: string }> {
  if (held?.search !== search) held = { search, ticket: useTicket() };
  let why = 'needed';
  if (held.ticket !== undefined) {
    try {
      const { conversation, ...session } = await createSession({ groupId, userId, ticket: held.ticket, enter: true });
      held.ticket = undefined;
      return { ...kept({ ...session, groupId }), ...(conversation && { conversation }) };
    } catch (error) {
      // Too many at once, or a server that goes away: that says nothing about the ticket. It is tried again.
      if (!(error instanceof ApiRefused) || error.code !== 401) throw error;
      held.ticket = undefined;
      why = error.error;
    }
  }
  const found = why === 'needed' || opensOnceOnly.has(why) ? findSession(userId, groupId) : undefined;
  return found ? kept(found) : { farewell: why };
}

function kept(userInfo: UserInfo): { userInfo: UserInfo } {
  setSession('userInfo', userInfo);
  return { userInfo };
}
