/** How long to wait before trying again. */
export interface Backoff {
  /** `attempt` counts from 0. */
  delayMs(attempt: number): number;
  /** After the network or the page came back: soon, but not everybody at once. */
  wakeMs(): number;
}

const FIRST_MS = 500;
const LONGEST_MS = 30_000;
const WAKE_MS = 300;

/** A connection must have lasted so long before the next loss counts as the first again. */
export const STABLE_MS = 30_000;

/**
 * Full jitter: anywhere from 0 to a bound that doubles from 0.5 s to 30 s.
 * Spreads a crowd of clients that come back after a restart of the server.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export const fullJitter = (random: () => number): Backoff => ({
  delayMs: (attempt) => Math.round(random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt)),
  wakeMs: () => Math.round(random() * WAKE_MS),
});
