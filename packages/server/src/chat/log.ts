import { Refused } from '@trialogue/protocol';

import type { Log } from './chat.ts';
import type { Keyrings } from './keyrings.ts';
import type { Clock, Store } from './ports.ts';

/** The log for this node's own sockets. Asked for a key, it asks the database: a change of key is why it is asked. */
export const logOf = ({ store, keyrings, clock }: { store: Store; keyrings: Keyrings; clock: Clock }): Log => ({
  messagesAfter: (place, after, limit) => store.messagesAfter(place, after, limit),
  memberIds: async (place) => (await store.membersOf(place)).map(({ userId }) => userId),
  members: async (place) =>
    (await store.membersOf(place)).map(({ userId, mutedUntil = 0 }) => ({
      userId,
      isMuted: mutedUntil > clock.now(),
    })),
  headsOf: (places) => store.headsOf(places),
  async dlgKey(place) {
    const keys = await store.keysOf(place);
    if (keys.length === 0) throw new Refused('conversation.not_found');
    return keyrings.dlgKeyFrom(place, keys);
  },
});
