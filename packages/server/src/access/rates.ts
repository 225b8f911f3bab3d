import type { DlgId, Limits, SessionId } from '@trialogue/protocol';

import type { Actor, ChatRates } from '../chat/ports.ts';
import { createMeter } from './meter.ts';

/**
 * How often the people of this node may do what, over all sockets and HTTP. Whoever is too fast is refused
 * `rate.limited` and told when to come again; what was refused costs nothing, so that telling is true.
 */
export interface Rates extends ChatRates {
  /**
   * A request of somebody who has not proved who they are. Those who have are not counted by their address: behind it
   * there may be an office, or half a town.
   * @throws {Refused} rate.limited
   */
  stranger(address: string): void;
  /** A request with a token of this session. @throws {Refused} rate.limited */
  call(sessionId: SessionId): void;
  /**
   * An attempt to exchange a ticket or a refresh token. To be called back unless it was a wrong one: it is guesses
   * that are counted.
   * @throws {Refused} rate.limited
   */
  exchange(address: string): () => void;
}

const HOUR_SECONDS = 3_600;

/** @param now milliseconds of a clock that never jumps */
export function createRates(limits: Limits, now: () => number): Rates {
  const userSends = createMeter(
    [
      { burst: limits.sendsPerUserBurst, perSecond: limits.sendsPerUserPerSecond },
      evenly(limits.sendsPerUserPerMinute, 60),
    ],
    `At most ${limits.sendsPerUserPerSecond} messages a second and ${limits.sendsPerUserPerMinute} a minute.`,
    now,
  );
  const groupSends = createMeter(
    [evenly(limits.sendsPerGroupPerSecond, 1)],
    `At most ${limits.sendsPerGroupPerSecond} messages a second in one conversation.`,
    now,
  );
  const uploads = createMeter(
    [evenly(limits.uploadsPerUserPerHour, HOUR_SECONDS)],
    `At most ${limits.uploadsPerUserPerHour} files an hour.`,
    now,
  );
  const uploadBytes = createMeter(
    [evenly(limits.uploadBytesPerUserPerHour, HOUR_SECONDS)],
    `At most ${limits.uploadBytesPerUserPerHour} bytes of files an hour.`,
    now,
  );
  const reports = createMeter(
    [evenly(limits.reportsPerUserPerHour, HOUR_SECONDS)],
    `At most ${limits.reportsPerUserPerHour} reports an hour.`,
    now,
  );
  const strangers = createMeter(
    [evenly(limits.requestsPerAddressPerSecond, 1)],
    `At most ${limits.requestsPerAddressPerSecond} requests a second.`,
    now,
  );
  const calls = createMeter(
    [{ burst: limits.requestsPerTokenBurst, perSecond: limits.requestsPerTokenPerSecond }],
    `At most ${limits.requestsPerTokenPerSecond} requests a second.`,
    now,
  );
  const exchanges = createMeter(
    [evenly(limits.exchangesPerAddressPerMinute, 60), evenly(limits.exchangesPerAddressPerHour, HOUR_SECONDS)],
    `At most ${limits.exchangesPerAddressPerMinute} wrong tickets or refresh tokens a minute.`,
    now,
  );

  return {
    send({ appId, userId }, dlgId) {
      const giveBack = userSends.take(nameOf(appId, userId));
      try {
        return groupSends.take(nameOf(appId, dlgId));
      } catch (error) {
        giveBack();
        throw error;
      }
    },
    upload({ appId, userId }) {
      const user = nameOf(appId, userId);
      uploads.take(user);
      return (bytes) => void uploadBytes.take(user, bytes);
    },
    uploaded: ({ appId, userId }, bytes) => void uploadBytes.take(nameOf(appId, userId), bytes),
    report: ({ appId, userId }) => void reports.take(nameOf(appId, userId)),
    stranger: (address) => void strangers.take(address),
    call: (sessionId) => void calls.take(sessionId),
    exchange: (address) => exchanges.take(address),
  };
}

/** `most` at once, and as many again in `seconds`. */
const evenly = (most: number, seconds: number) => ({ burst: most, perSecond: most / seconds });

/** No id can hold a space. */
const nameOf = (appId: Actor['appId'], id: Actor['userId'] | DlgId): string => `${appId} ${id}`;

/** Counts nothing: for the seeded world, and for tests of something else. */
export const noRates: Rates = {
  send: () => () => {},
  upload: () => () => {},
  uploaded() {},
  report() {},
  stranger() {},
  call() {},
  exchange: () => () => {},
};
