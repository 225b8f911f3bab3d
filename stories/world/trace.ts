import { createHash } from 'node:crypto';

import type { Instant } from '@trialogue/protocol';

import { DAWN } from './schedule.ts';

const LINES_KEPT = 30;

/** What happened, line by line: the last lines to read, all of them as one hash to compare two runs. */
export class Trace {
  readonly #hash = createHash('sha256');
  readonly #now: () => Instant;
  readonly #show: ((line: string) => void) | undefined;
  #last: string[] = [];

  constructor(now: () => Instant, show?: (line: string) => void) {
    this.#now = now;
    this.#show = show;
  }

  /** Only what is the same on every run of a seed: no key, no sealed content, no id that the server made up. */
  say(line: string): void {
    const full = `${((this.#now() - DAWN) / 1000).toFixed(3).padStart(8)}  ${line}`;
    this.#hash.update(full);
    this.#last.push(full);
    if (this.#last.length > 2 * LINES_KEPT) this.#last = this.#last.slice(-LINES_KEPT);
    this.#show?.(full);
  }

  /** What is too much to be read, and still has to be the same on every run. */
  note(what: string): void {
    this.#hash.update(`${this.#now()} ${what}`);
  }

  last(): string[] {
    return this.#last.slice(-LINES_KEPT);
  }

  hash(): string {
    return this.#hash.copy().digest('hex').slice(0, 16);
  }
}
