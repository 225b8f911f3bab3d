import type { DlgId, Limits, Seq } from '@trialogue/protocol';

import type { Keyrings } from './keyrings.ts';
import type { Actor, Bus, Clock, Random, Store, Warn } from './ports.ts';
import { underCurrentKey } from './sealing.ts';
import { tell } from './tell.ts';

/**
 * Takes back one of the actor's own messages: its content is gone for good and a tombstone stands in its place, which
 * opens like any other message of its author. A notice with a seq of its own tells those who have the message already.
 * Taking it back again is fine.
 *
 * @throws {Refused} conversation.not_member, message.not_found, message.not_author, message.too_old
 */
export const recallMessage =
  (at: { store: Store; keyrings: Keyrings; bus: Bus; clock: Clock; random: Random; warn: Warn; limits: Limits }) =>
  async (actor: Actor, dlgId: DlgId, seq: Seq): Promise<{ seq: Seq }> => {
    const { appId, userId } = actor;
    const message = await at.store.readMessage(actor, dlgId, seq);
    const now = at.clock.now();
    const event = { event: 'recalled', userId, seq } as const;
    const done = await underCurrentKey(
      at,
      { appId, dlgId },
      {
        seal: (sealer) => ({
          tombstone: sealer.content({ type: 'system', ...event }, message),
          notice: sealer.notice(event),
        }),
        store: (sealed) =>
          at.store.recallMessage(actor, dlgId, { seq, ...sealed, notBefore: now - at.limits.recallMs, now }),
      },
    );
    if ('notice' in done) tell(at, { kind: 'message', appId, dlgId, message: done.notice });
    return { seq };
  };
