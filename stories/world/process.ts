import type { Instant } from '@trialogue/protocol';

import type { Schedule } from './schedule.ts';

/** Whose code runs right now, so that the timers it sets are its own. Nobody's: people, the network, the disk. */
export const running: { process: Process | undefined } = { process: undefined };

/**
 * A process of the operating system with its machine's wall clock. It may be killed, or be stopped for a while
 * (SIGSTOP, a long collection of garbage, a virtual machine that moves): what comes in meanwhile waits, and it goes
 * on afterwards as if no time had passed.
 */
export class Process {
  readonly name: string;
  readonly #schedule: Schedule;
  readonly #waiting: (() => void)[] = [];
  /** What its wall clock is ahead of the true time. */
  skewMs = 0;
  isDead = false;
  isStopped = false;
  /** When it last went on after it had been stopped. */
  wentOnAt: Instant = 0;

  constructor(name: string, schedule: Schedule, skewMs = 0) {
    this.name = name;
    this.#schedule = schedule;
    this.skewMs = skewMs;
  }

  /** By its wall clock. */
  readonly now = (): Instant => this.#schedule.now() + this.skewMs;

  /** Something comes in: the process works on it now, when it goes on, or never. */
  readonly enter = (run: () => void): void => {
    if (this.isDead) return;
    if (this.isStopped) return void this.#waiting.push(run);
    running.process = this;
    run();
  };

  /** Runs `run` in this process so many milliseconds from now. Returns how to take it back. */
  after(ms: number, what: string, run: () => void): () => void {
    let isCancelled = false;
    const takeBack = this.#schedule.after(ms, what, () => this.enter(() => !isCancelled && run()));
    return () => {
      isCancelled = true;
      takeBack();
    };
  }

  stop(): void {
    this.isStopped = true;
  }

  goOn(): void {
    if (!this.isStopped) return;
    this.isStopped = false;
    this.wentOnAt = this.#schedule.now();
    for (const run of this.#waiting.splice(0)) this.after(0, `${this.name} catches up`, run);
  }
}
