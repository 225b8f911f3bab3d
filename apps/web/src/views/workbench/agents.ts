import type { UserId } from '@trialogue/protocol';

import type { Listed } from './listed.ts';
import type { Customer } from './useCustomer.ts';

/** A member of customer service in a conversation. */
export interface Agent {
  userId: UserId;
  name: string;
  avatar: string;
  isOnline: boolean;
}

/** Who else of customer service is in a conversation: they may be here too, and it can be handed to them. */
export const agentsOf = (row: Listed | undefined, members: Customer['members'], me: UserId): Agent[] =>
  (row?.members ?? [])
    .filter(({ urole, userId }) => urole === 'service' && userId !== me)
    .map(({ userId, name, avatar }) => ({
      userId,
      name,
      avatar,
      isOnline: members.some((member) => member.userId === userId && member.online),
    }));
