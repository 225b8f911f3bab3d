import type { Instant } from '@trialogue/protocol';

import { DAWN } from './schedule.ts';

const LINES_KEPT = 30;

/** What happened, line by line: the last lines to read, all of them as one hash to compare two runs. */
export class Trace {
  readonly #hash = new Hash();
  readonly #now: () => Instant;
  readonly #show: ((line: string) => void) | undefined;
  #last: (readonly [at: Instant, line: string])[] = [];

  constructor(now: () => Instant, show?: (line: string) => void) {
    this.#now = now;
    this.#show = show;
  }

  /** Only what is the same on every run of a seed: no key, no sealed content, no id that the server made up. */
  say(line: string): void {
    const at = this.#now();
    this.#hash.add(at, line);
    this.#last.push([at, line]);
    if (this.#last.length > 10 * LINES_KEPT) this.#last = this.#last.slice(-LINES_KEPT);
    this.#show?.(printed(at, line));
  }

  /** What is too much to be read, and still has to be the same on every run. */
  note(what: string): void {
    this.#hash.add(this.#now(), what);
  }

  last(): string[] {
    return this.#last.slice(-LINES_KEPT).map(([at, line]) => printed(at, line));
  }

  hash(): string {
    return this.#hash.print();
  }
}

const printed = (at: Instant, line: string): string => `${((at - DAWN) / 1000).toFixed(3).padStart(8)}  ${line}`;

/** FNV-1a twice, over a few hundred thousand short lines a second. Nobody attacks it. */
class Hash {
  #a = 0x811c9dc5;
  #b = 0x01234567;

  add(at: number, text: string): void {
    let a = Math.imul(this.#a ^ (at | 0), 0x01000193);
    let b = Math.imul(this.#b ^ (at | 0), 0x01000193);
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b + code, 0x85ebca6b) ^ (b >>> 15);
    }
    this.#a = a;
    this.#b = b;
  }

  print(): string {
    return [this.#a, this.#b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }
}
