import { KEY_BYTES, currentEpoch } from '@trialogue/crypto';
import type { UserId } from '@trialogue/protocol';

import { groupAt, type Group } from './group.ts';
import { keyContext, type Keyrings } from './keyrings.ts';
import type { Bus, Clock, KeyWrap, Place, Random, Store, Warn } from './ports.ts';
import { sealerOf, underCurrentKey } from './sealing.ts';
import { tell } from './tell.ts';

/**
 * Removes a member and starts a new key, under which everything is sealed from now on (I21), beginning with the line
 * that says who left.
 *
 * @throws {Refused} conversation.not_found, member.not_found
 */
export const removeMember =
  (at: { store: Store; keyrings: Keyrings; keys: KeyWrap; bus: Bus; clock: Clock; random: Random; warn: Warn }) =>
  async (place: Place, userId: UserId): Promise<Group> => {
    const notice = await underCurrentKey(at, place, {
      seal: (_, ring) => {
        const epoch = currentEpoch(ring) + 1;
        const fresh = at.random.bytes(KEY_BYTES);
        const sealer = sealerOf(new Map([[epoch, fresh]]), place, at.random);
        const sealed = {
          userId,
          key: { epoch, wrapped: at.keys.wrap(fresh, keyContext(place, epoch)) },
          notice: sealer.notice({ event: 'left', userId }),
        };
        fresh.fill(0);
        return sealed;
      },
      store: (sealed) => at.store.removeMember(place, { ...sealed, now: at.clock.now() }),
    });
    at.keyrings.forget(place);
    tell(
      at,
      { kind: 'removed', ...place, userId },
      { kind: 'key', ...place },
      { kind: 'message', ...place, message: notice },
    );
    return groupAt(at, place);
  };
