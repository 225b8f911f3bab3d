import { currentEpoch, printKeyring, seal, toBase64url, type Keyring } from '@trialogue/crypto';
import {
  Refused,
  SYSTEM,
  id,
  type ClientMsgId,
  type Id,
  type MsgId,
  type Payload,
  type PayloadOf,
  type UserId,
} from '@trialogue/protocol';

import type { Keyrings } from './keyrings.ts';
import type { Draft, Place, Random } from './ports.ts';

const ID_BYTES = 16;

/** 128 random bits: never made twice, never guessed. */
export const newId = <T extends Id<string>>(random: Random): T => id<T>(toBase64url(random.bytes(ID_BYTES)));

/** Seals under one key, which it must not outlive: see {@link Keyrings}. */
export interface Sealer {
  content(payload: Payload, by: { fromuid: UserId; clientMsgId: ClientMsgId }): string;
  draft(payload: Payload, by: { fromuid: UserId; clientMsgId: ClientMsgId }): Draft;
  /** What the server itself writes into the conversation. */
  ofServer(payload: Payload): Draft;
  notice(event: Omit<PayloadOf<'system'>, 'type'>): Draft;
}

export function sealerOf(ring: Keyring, { dlgId }: Place, random: Random): Sealer {
  const epoch = currentEpoch(ring);
  const newest = ring.get(epoch);
  if (!newest) throw new Error('a keyring without keys');
  const dlgKey = printKeyring(new Map([[epoch, newest]]));
  const content: Sealer['content'] = (payload, by) => seal(JSON.stringify(payload), { dlgId, dlgKey, ...by });
  const draft: Sealer['draft'] = (payload, by) => ({
    ...by,
    msgId: newId<MsgId>(random),
    content: content(payload, by),
    epoch,
  });
  const ofServer: Sealer['ofServer'] = (payload) =>
    draft(payload, { fromuid: SYSTEM, clientMsgId: newId<ClientMsgId>(random) });
  return { content, draft, ofServer, notice: (event) => ofServer({ type: 'system', ...event }) };
}

const MOST_TRIES = 5;

/**
 * Seals with the key that this node believes to be current, then stores. When a removal has changed the key in
 * between, both are done again under the new one.
 *
 * @throws {Refused} what `store` refuses; key.stale_epoch when the key changed at every try
 */
export async function underCurrentKey<Sealed, Stored>(
  at: { keyrings: Keyrings; random: Random },
  place: Place,
  work: { seal: (sealer: Sealer, ring: Keyring) => Sealed; store: (sealed: Sealed) => Promise<Stored> },
): Promise<Stored> {
  for (let tries = 1; ; tries++) {
    const sealed = await at.keyrings.lend(place, (ring) => work.seal(sealerOf(ring, place, at.random), ring));
    try {
      return await work.store(sealed);
    } catch (error) {
      const isStale = error instanceof Refused && error.refusal === 'key.stale_epoch';
      if (!isStale || tries === MOST_TRIES) throw error;
      at.keyrings.forget(place);
    }
  }
}
