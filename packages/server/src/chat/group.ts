import { Refused } from '@trialogue/protocol';
import type { DataOf, PlatformApi } from '@trialogue/protocol/api';

import type { Place, Store } from './ports.ts';

export type Group = DataOf<PlatformApi['addMembers']>;

/**
 * The conversation as the platform sees it.
 *
 * @throws {Refused} conversation.not_found
 */
export async function groupAt(at: { store: Store }, place: Place): Promise<Group> {
  const conversation = await at.store.findConversation(place);
  if (!conversation) throw new Refused('conversation.not_found');
  const members = await at.store.membersOf(place);
  return {
    groupId: place.dlgId,
    dlgId: place.dlgId,
    name: conversation.name,
    keyEpoch: conversation.epoch,
    members: members.map(({ userId, name, urole }) => ({ userId, name, urole })),
    ...(conversation.custom && { custom: conversation.custom }),
  };
}
