import type { Instant } from '@trialogue/protocol';

import { Broken } from './broken.ts';

const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** A connection that lasted so long was a good one. */
const STABLE_MS = 30_000;

/** How one client comes back after each loss: full jitter under a bound that doubles until a connection lasts (I29). */
export class Redials {
  readonly #who: string;
  readonly #now: () => Instant;
  #tries = 0;
  #liveAt: Instant | undefined;
  #lastDrawn = 0;

  constructor(who: string, now: () => Instant) {
    this.#who = who;
    this.#now = now;
  }

  /** The client draws its luck. */
  drew(luck: number): number {
    this.#lastDrawn = luck;
    return luck;
  }

  /** The application begins, or begins anew. */
  begins(): void {
    this.#tries = 0;
    this.#liveAt = undefined;
  }

  isLive(): void {
    this.#liveAt = this.#now();
  }

  waits(delayMs: number): void {
    if (this.#liveAt !== undefined && this.#now() - this.#liveAt >= STABLE_MS) this.#tries = 0;
    this.#liveAt = undefined;
    const bound = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries++);
    const wanted = Math.round(this.#lastDrawn * bound);
    if (delayMs === wanted) return;
    throw new Broken('I29', `${this.#who} comes back after ${delayMs} ms instead of ${wanted}`, {
      tries: this.#tries,
      bound,
    });
  }
}
