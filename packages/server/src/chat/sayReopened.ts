import type { Message } from '@trialogue/protocol';

import type { Keyrings } from './keyrings.ts';
import { openPayload } from './opening.ts';
import type { BesideDesk, Bus, Clock, Place, Random, Store, Warn } from './ports.ts';
import { underCurrentKey } from './sealing.ts';
import { tell } from './tell.ts';

/**
 * Says in a conversation that customer service had closed that a message has opened it again. A rating, which was asked
 * for by the closing, leaves it closed: of such a message, and of no other, the server looks at what kind it is.
 *
 * The message is stored: whatever becomes of this, nobody is told that it failed.
 */
export const sayReopened =
  (at: { store: Store; keyrings: Keyrings; bus: Bus; clock: Clock; random: Random; warn: Warn; desk?: BesideDesk }) =>
  async (place: Place, message: Message): Promise<void> => {
    try {
      const payload = (await openPayload(at, place, message)) as { type?: unknown } | null;
      if (payload?.type === 'rating') {
        await at.desk?.keepClosed(place, message.seq);
        return;
      }
      await underCurrentKey(at, place, {
        seal: (sealer) => sealer.notice({ event: 'reopened', userId: message.fromuid }),
        store: async (draft) => {
          const { seq, sentAt } = await at.store.appendFor(place, draft, at.clock.now());
          const { epoch: _, ...line } = draft;
          tell(at, { kind: 'message', ...place, message: { ...line, seq, sentAt } });
        },
      });
    } catch (error) {
      at.warn('desk: not said that it is open again', { ...place }, error);
    }
  };
