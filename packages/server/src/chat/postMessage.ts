import { Refused, isOfServer } from '@trialogue/protocol';

import type { Accepted, Place } from './ports.ts';
import { writeFor, type Writing, type Written } from './writeFor.ts';

/**
 * Writes a message in the name of a member: for a backend or a bot.
 *
 * @throws {Refused} those of {@link writeFor}; request.malformed (a payload that only the server writes)
 */
export const postMessage = (at: Writing) => {
  const write = writeFor(at);
  return async (place: Place, posted: Written): Promise<Accepted> => {
    const { type } = posted.payload;
    if (isOfServer(type)) throw new Refused('request.malformed', `payload.type: "${type}" is the server’s own`);
    return write(place, posted);
  };
};
