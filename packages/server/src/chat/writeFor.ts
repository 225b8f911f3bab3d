import { isDeepStrictEqual } from 'node:util';

import { Refused, type ClientMsgId, type Limits, type Message, type Payload, type UserId } from '@trialogue/protocol';

import type { Keyrings } from './keyrings.ts';
import { openPayload } from './opening.ts';
import type { Accepted, BesideDesk, Bus, Clock, Place, Random, Store, Warn } from './ports.ts';
import { sayReopened } from './sayReopened.ts';
import { underCurrentKey } from './sealing.ts';
import { tell } from './tell.ts';

export interface Written {
  fromuid: UserId;
  clientMsgId: ClientMsgId;
  payload: Payload;
}

export interface Writing {
  store: Store;
  keyrings: Keyrings;
  bus: Bus;
  clock: Clock;
  random: Random;
  warn: Warn;
  limits: Limits;
  desk?: BesideDesk;
}

/**
 * Writes a message for the platform, sealed here. The same clientMsgId with the same payload again is the same message.
 * As no two seals are alike, it is the opened payloads that are compared.
 *
 * @throws {Refused} conversation.not_found, member.not_found, message.too_large, message.id_conflict
 */
export const writeFor =
  (at: Writing) =>
  async (place: Place, { fromuid, clientMsgId, payload }: Written): Promise<Accepted> => {
    if (Buffer.byteLength(JSON.stringify(payload)) > at.limits.payloadBytes) {
      throw new Refused('message.too_large', `payload: at most ${at.limits.payloadBytes} bytes`);
    }
    const find = () => at.store.findByClientMsgId(place, fromuid, clientMsgId);
    const known = await find();
    if (known) return repeated(at, place, known, payload);
    try {
      return await underCurrentKey(at, place, {
        seal: (sealer) => sealer.draft(payload, { fromuid, clientMsgId }),
        store: async (draft) => {
          const accepted = await at.store.appendFor(place, draft, at.clock.now());
          const { epoch: _, ...sealed } = draft;
          const message = { ...sealed, seq: accepted.seq, sentAt: accepted.sentAt };
          if (!accepted.repeated) tell(at, { kind: 'message', ...place, message });
          if (accepted.reopened) await sayReopened(at)(place, message);
          return accepted;
        },
      });
    } catch (error) {
      // Written twice at once: the other one was quicker, and what it stored decides.
      const first = error instanceof Refused && error.refusal === 'message.id_conflict' ? await find() : undefined;
      if (!first) throw error;
      return repeated(at, place, first, payload);
    }
  };

/** What was recalled can no longer be compared, and it was stored: the id alone decides. */
async function repeated(at: { keyrings: Keyrings }, place: Place, known: Message, payload: Payload): Promise<Accepted> {
  const stored = await openPayload(at, place, known);
  if (known.recalledAt === undefined && !isDeepStrictEqual(stored, payload)) throw new Refused('message.id_conflict');
  return { seq: known.seq, msgId: known.msgId, sentAt: known.sentAt, repeated: true };
}
