import { SYSTEM, type ClientMsgId } from '@trialogue/protocol';

import type { Accepted, Place } from './ports.ts';
import { newId } from './sealing.ts';
import { writeFor, type Writing } from './writeFor.ts';

/**
 * Says that the cards with this `ref` have changed. What was written stays as it is: the readers lay the change over it.
 * So nobody asks whether there is such a card; a change of none is a line that nobody sees. The same `key` with the
 * same change again is the same line.
 *
 * @throws {Refused} conversation.not_found, message.too_large, message.id_conflict (another change under this key)
 */
export const updateCard = (at: Writing) => {
  const write = writeFor(at);
  return (
    place: Place,
    { ref, changes, key }: { ref: string; changes: Record<string, unknown>; key?: ClientMsgId | undefined },
  ): Promise<Accepted> =>
    write(place, {
      fromuid: SYSTEM,
      clientMsgId: key ?? newId<ClientMsgId>(at.random),
      payload: { type: 'cardUpdate', ref, changes },
    });
};
