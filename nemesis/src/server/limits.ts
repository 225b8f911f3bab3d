import { limits } from '@trialogue/protocol';

const MANY = 1_000_000;

/** Rates are not what is tried here: they are set so wide that load does not meet them. */
const wide: Record<string, number> = {
  framesPerSecond: MANY,
  framesBurst: MANY,
  sendsPerUserPerSecond: MANY,
  sendsPerUserBurst: MANY,
  sendsPerUserPerMinute: MANY,
  sendsPerGroupPerSecond: MANY,
  requestsPerTokenPerSecond: MANY,
  requestsPerTokenBurst: MANY,
  requestsPerAddressPerSecond: MANY,
  exchangesPerAddressPerMinute: MANY,
  exchangesPerAddressPerHour: MANY,
  unboundPerAddress: 100,
  upgradesPerSecond: 10_000,
};

/** As the variable `LIMITS`. */
export const wideLimits = (changed: Record<string, number> = {}): string =>
  Object.entries({ ...wide, ...changed })
    .filter(([name]) => Object.hasOwn(limits, name))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
