import type { Limits } from '@trialogue/protocol';

import { distinct, type NewMember } from './createGroup.ts';
import { groupAt, type Group } from './group.ts';
import type { Keyrings } from './keyrings.ts';
import type { Bus, Clock, Place, Random, Store, Warn } from './ports.ts';
import { underCurrentKey } from './sealing.ts';
import { tell } from './tell.ts';

/**
 * Adds members who are not in the conversation yet, each with a line in it that says so. They can read it from its
 * beginning.
 *
 * @throws {Refused} conversation.not_found, user.not_found, member.too_many, user.too_many_groups
 */
export const addMembers =
  (at: { store: Store; keyrings: Keyrings; bus: Bus; clock: Clock; random: Random; warn: Warn; limits: Limits }) =>
  async (place: Place, members: NewMember[]): Promise<Group> => {
    const { messages } = await underCurrentKey(at, place, {
      seal: (sealer) =>
        distinct(members).map((member) => ({
          ...member,
          notice: sealer.notice({ event: 'joined', userId: member.userId }),
        })),
      store: (sealed) => at.store.addMembers(place, { members: sealed, now: at.clock.now(), room: at.limits }),
    });
    tell(at, ...messages.map((message) => ({ kind: 'message', ...place, message }) as const));
    return groupAt(at, place);
  };
