import { isDeepStrictEqual } from 'node:util';

import { Refused, type ClientMsgId, type Limits, type Message, type Payload, type UserId } from '@trialogue/protocol';

import type { Keyrings } from './keyrings.ts';
import { openPayload } from './opening.ts';
import type { Accepted, Bus, Clock, Place, Random, Store, Warn } from './ports.ts';
import { underCurrentKey } from './sealing.ts';
import { tell } from './tell.ts';

export interface Posted {
  fromuid: UserId;
  clientMsgId: ClientMsgId;
  payload: Payload;
}

/**
 * Writes a message in the name of a member, sealed here: for a backend or a bot. The same clientMsgId with the same
 * payload again is the same message. As no two seals are alike, it is the opened payloads that are compared.
 *
 * @throws {Refused} conversation.not_found, member.not_found, message.too_large, message.id_conflict,
 * request.malformed (a payload that only the server writes)
 */
export const postMessage =
  (at: { store: Store; keyrings: Keyrings; bus: Bus; clock: Clock; random: Random; warn: Warn; limits: Limits }) =>
  async (place: Place, { fromuid, clientMsgId, payload }: Posted): Promise<Accepted> => {
    if (payload.type === 'system') throw new Refused('request.malformed', 'payload.type: "system" is the server’s own');
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
          return accepted;
        },
      });
    } catch (error) {
      // Posted twice at once: the other one was quicker, and what it stored decides.
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
