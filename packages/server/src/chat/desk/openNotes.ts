import { KEY_BYTES } from '@trialogue/crypto';
import type { DlgId } from '@trialogue/protocol';
import type { ClientApi, DataOf } from '@trialogue/protocol/api';

import { enterConversation } from '../enterConversation.ts';
import { keyContext, type Keyrings } from '../keyrings.ts';
import type { Actor, Clock, KeyWrap, Random, Store } from '../ports.ts';
import { newId } from '../sealing.ts';
import type { DeskStore } from './ports.ts';

/**
 * The id of customer service's notes about a conversation: a conversation of their own, whose id is nowhere else, with a
 * key and a log that nobody else in it is ever given. Made when there are none.
 *
 * @throws {Refused} conversation.not_member, desk.not_service
 */
export const laneFor =
  (at: { desk: DeskStore; keys: KeyWrap; clock: Clock; random: Random }) =>
  async ({ appId, ...who }: Actor, dlgId: DlgId): Promise<DlgId> => {
    const lane = newId<DlgId>(at.random);
    const key = at.random.bytes(KEY_BYTES);
    const wrapped = at.keys.wrap(key, keyContext({ appId, dlgId: lane }, 1));
    key.fill(0);
    const fresh = { dlgId: lane, key: { epoch: 1, wrapped }, now: at.clock.now() };
    return at.desk.openLane({ appId, ...who }, dlgId, fresh);
  };

/** Opens the notes, as `getConversation` opens a conversation. @throws {Refused} conversation.not_member, desk.not_service */
export const openNotes = (at: {
  store: Store;
  desk: DeskStore;
  keyrings: Keyrings;
  keys: KeyWrap;
  clock: Clock;
  random: Random;
}) => {
  const enter = enterConversation(at);
  return async (actor: Actor, dlgId: DlgId): Promise<DataOf<ClientApi['openNotes']>> => {
    const lane = await laneFor(at)(actor, dlgId);
    const { dlgKey, head, readSeq } = await enter(actor, lane);
    return { dlgId: lane, dlgKey, head, readSeq };
  };
};
