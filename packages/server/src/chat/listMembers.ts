import type { DlgId } from '@trialogue/protocol';
import type { ClientApi, DataOf } from '@trialogue/protocol/api';

import { toldMute } from './moderation/mutedUntil.ts';
import type { Actor, Clock, Presence, Store } from './ports.ts';

/**
 * Who is in the conversation, who is here now, and how far each has read.
 *
 * @throws {Refused} conversation.not_member
 */
export const listMembers =
  (at: { store: Store; presence: Presence; clock: Clock }) =>
  async (actor: Actor, dlgId: DlgId): Promise<DataOf<ClientApi['getMemberList']>> => {
    const members = await at.store.listMembers(actor, dlgId);
    return {
      list: members.map(({ mutedUntil, ...member }) => ({
        ...member,
        online: at.presence.isOnline(actor.appId, member.userId),
        ...toldMute(mutedUntil, at.clock.now()),
      })),
    };
  };
