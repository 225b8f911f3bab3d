import { type CommandName, type Store, commands, storeOver } from '@trialogue/server/core';

import type { Marker } from './markers.ts';
import type { Rng } from './rng.ts';
import type { Schedule } from './schedule.ts';

/** A command that has been committed, whether or not anybody hears of it. */
export interface Committed {
  name: CommandName;
  args: readonly unknown[];
  value: unknown;
}

export interface DiskMood {
  /** Longest time to a commit, and from there to its answer. */
  commitMs: number;
  answerMs: number;
  /** Chance that a commit takes `stallMs`. */
  stalls: number;
  stallMs: number;
}

/**
 * What a node sees of the database: it takes time. Writing commands commit one after the other, in the order in which
 * they came, and are answered so; reading ones on another connection, whenever. When the node is killed, what has not committed never
 * does, and what has not been answered is not: the node that comes next finds out.
 */
export class Disk {
  readonly store: Store;
  readonly #real: Store;
  readonly #schedule: Schedule;
  readonly #rng: Rng;
  readonly #mood: () => DiskMood;
  readonly #seen: (marker: Marker) => void;
  readonly #committed: (what: Committed) => void;
  #writesUntil = 0;
  #answersUntil = 0;
  #waiting = 0;
  #unanswered = 0;
  #isDead = false;

  constructor(
    real: Store,
    around: { schedule: Schedule; rng: Rng; mood: () => DiskMood; seen: (marker: Marker) => void },
    committed: (what: Committed) => void,
  ) {
    this.#real = real;
    this.#schedule = around.schedule;
    this.#rng = around.rng;
    this.#mood = around.mood;
    this.#seen = around.seen;
    this.#committed = committed;
    this.store = storeOver(
      ({ name, args }) => this.#perform(name, args),
      async () => {},
    );
  }

  kill(): void {
    this.#isDead = true;
    if (this.#unanswered > 0) this.#seen('server killed with unanswered commit');
    if (this.#waiting > 0) this.#seen('server killed before the commit');
  }

  #perform(name: CommandName, args: readonly unknown[]): Promise<unknown> {
    const isWrite = commands[name].does === 'writes';
    return new Promise((resolve, reject) => {
      if (isWrite) this.#waiting++;
      this.#schedule.after(this.#timeOf(isWrite), `disk ${name}`, () => {
        if (this.#isDead) return;
        if (isWrite) this.#waiting--;
        void this.#run(name, args).then(
          (value) => {
            if (isWrite) this.#committed({ name, args, value });
            this.#answer(isWrite, () => resolve(value));
          },
          (error: unknown) => this.#answer(isWrite, () => reject(error)),
        );
      });
    });
  }

  #run(name: CommandName, args: readonly unknown[]): Promise<unknown> {
    return (this.#real[name] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
  }

  #timeOf(isWrite: boolean): number {
    const { commitMs, stalls, stallMs } = this.#mood();
    const now = this.#schedule.now();
    if (!isWrite) return this.#rng.delay(commitMs);
    const isStall = this.#rng.chance(stalls);
    if (isStall) this.#seen('slow disk');
    this.#writesUntil = Math.max(this.#writesUntil, now + (isStall ? stallMs : this.#rng.delay(commitMs)));
    return this.#writesUntil - now;
  }

  #answer(isWrite: boolean, tell: () => void): void {
    if (isWrite) this.#unanswered++;
    const at = this.#schedule.now() + this.#rng.delay(this.#mood().answerMs);
    if (isWrite) this.#answersUntil = Math.max(this.#answersUntil, at);
    this.#schedule.after((isWrite ? this.#answersUntil : at) - this.#schedule.now(), 'disk answers', () => {
      if (this.#isDead) return;
      if (isWrite) this.#unanswered--;
      tell();
    });
  }
}
