import { KEY_BYTES, currentEpoch, type Keyring } from '@trialogue/crypto';
import type { UserId } from '@trialogue/protocol';

import { groupAt, type Group } from './group.ts';
import { keyContext, type Keyrings } from './keyrings.ts';
import type { BesideDesk, Bus, Clock, KeyWrap, Place, Random, Store, Warn, WrappedKey } from './ports.ts';
import { sealerOf, underCurrentKey, type Sealer } from './sealing.ts';
import { tell } from './tell.ts';

/**
 * Removes a member and starts a new key, under which everything is sealed from now on (I21), beginning with the line
 * that says who left. Customer service leaves its notes about the conversation in the same moment, and they get a new
 * key too.
 *
 * @throws {Refused} conversation.not_found, member.not_found
 */
export const removeMember =
  (at: {
    store: Store;
    keyrings: Keyrings;
    keys: KeyWrap;
    bus: Bus;
    clock: Clock;
    random: Random;
    warn: Warn;
    desk?: BesideDesk;
  }) =>
  async (place: Place, userId: UserId): Promise<Group> => {
    let lane: Place | undefined;
    const notice = await underCurrentKey(at, place, {
      seal: (_, ring) =>
        nextKey(at, place, ring, (key, sealer) => ({ userId, key, notice: sealer.notice({ event: 'left', userId }) })),
      store: async (sealed) => {
        const removal = { ...sealed, now: at.clock.now() };
        const notes = await at.desk?.laneOf(place);
        if (notes === undefined) return at.store.removeMember(place, removal);
        lane = { ...place, dlgId: notes };
        const beside = lane;
        return underCurrentKey(at, beside, {
          seal: (_, ring) => nextKey(at, beside, ring, (key) => key),
          store: (laneKey) => at.store.removeMember(place, { ...removal, laneKey }),
        });
      },
    });
    for (const each of lane ? [place, lane] : [place]) {
      at.keyrings.forget(each);
      tell(at, { kind: 'removed', ...each, userId }, { kind: 'key', ...each });
    }
    tell(at, { kind: 'message', ...place, message: notice });
    return groupAt(at, place);
  };

/** Lends the key of the next epoch, wrapped for the disk and as a sealer, and forgets it. */
function nextKey<T>(
  at: { keys: KeyWrap; random: Random },
  place: Place,
  ring: Keyring,
  use: (key: WrappedKey, sealer: Sealer) => T,
): T {
  const epoch = currentEpoch(ring) + 1;
  const fresh = at.random.bytes(KEY_BYTES);
  const key = { epoch, wrapped: at.keys.wrap(fresh, keyContext(place, epoch)) };
  const used = use(key, sealerOf(new Map([[epoch, fresh]]), place, at.random));
  fresh.fill(0);
  return used;
}
