import type { DlgId } from '@trialogue/protocol';
import type { ClientApi, DataOf } from '@trialogue/protocol/api';

import type { Actor, Presence, Store } from './ports.ts';

/**
 * Who is in the conversation, who is here now, and how far each has read.
 *
 * @throws {Refused} conversation.not_member
 */
export const listMembers =
  (at: { store: Store; presence: Presence }) =>
  async (actor: Actor, dlgId: DlgId): Promise<DataOf<ClientApi['getMemberList']>> => {
    const members = await at.store.listMembers(actor, dlgId);
    return {
      list: members.map((member) => ({ ...member, online: at.presence.isOnline(actor.appId, member.userId) })),
    };
  };
