import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

import { now, sleep } from './clock.ts';
import type { Counts, Outcome, Phase } from './generator/crowd.ts';
import type { DialectName } from './generator/dialects/index.ts';
import type { Order, Orders, Report } from './generator/main.ts';
import { merged } from './histogram.ts';
import { GENERATOR_CORES, onCores } from './pin.ts';
import type { Seat } from './seats.ts';

const program = fileURLToPath(new URL('generator/main.ts', import.meta.url));
/** What has not come so long after everything else came will not come. */
const QUIET_MS = 3_000;
const LONGEST_QUIET_MS = 20_000;
/** Time for the word to reach every process. */
const BEFORE_START_MS = 10;

export interface Gathering {
  origin: string;
  dialect: DialectName;
  seats: Seat[];
  size: number;
  atOnce: number;
}

/** What all processes saw of a phase together. */
export type Seen = Omit<Outcome, 'seconds'> & {
  seconds: number;
  /** Deliveries that should have come and did not. */
  missing: number;
};

/** The processes that play the members, as many as there are cores left for them. */
export class Generators {
  readonly #processes: Process[];
  #senders: number[] = [];
  #hearers = 0;

  private constructor(processes: Process[]) {
    this.#processes = processes;
  }

  static start(count = Math.max(1, availableParallelism() - 1)): Promise<Generators> {
    return onCores(GENERATOR_CORES, async () => new Generators(Array.from({ length: count }, () => new Process())));
  }

  get pids(): number[] {
    return this.#processes.map(({ pid }) => pid);
  }

  /** Signs everybody in. @returns how long that took, in seconds */
  async gather({ seats, atOnce, ...rest }: Gathering): Promise<number> {
    const parts = this.#processes.map((_, nth) => seats.filter((_, at) => at % this.#processes.length === nth));
    const each = Math.max(1, Math.floor(atOnce / this.#processes.length));
    const at = now();
    const done = await this.#all((process, nth) =>
      process.ask('gather', { ...rest, seats: parts[nth] ?? [], atOnce: each }),
    );
    this.#senders = done.map(({ senders }) => senders);
    const members = seats.reduce((sum, { memberOf }) => sum + memberOf.filter(({ sends }) => !sends).length, 0);
    this.#hearers = members / Math.max(1, total(this.#senders));
    return (now() - at) / 1000;
  }

  /** Sends, and waits until all that was sent has come, or does not come any more. */
  async run(phase: Omit<Phase, 'startAt'>): Promise<Seen> {
    const all = Math.max(1, total(this.#senders));
    // Whole, as a message id tells of it to the microsecond: none is taken for one of before.
    const startAt = Math.ceil(now()) + BEFORE_START_MS;
    await this.#all((process, nth) => {
      const share = (this.#senders[nth] ?? 0) / all;
      const loop = 'rate' in phase.loop ? { rate: phase.loop.rate * share } : phase.loop;
      return process.ask('run', { ...phase, startAt, loop, waitingMost: (phase.waitingMost ?? 1e9) * share });
    });
    const isLeft = ({ sent, acked, refused, delivered }: Counts) =>
      acked + refused < sent || delivered < Math.round(acked * this.#hearers);
    const begun = now();
    let counts = await this.#counts();
    for (let at = begun; isLeft(counts) && now() < at + QUIET_MS && now() < begun + LONGEST_QUIET_MS;) {
      await sleep(50);
      const later = await this.#counts();
      if (later.acked + later.delivered > counts.acked + counts.delivered) at = now();
      counts = later;
    }
    const seen = together(await this.#all((process) => process.ask('collect', undefined)));
    return { ...seen, missing: Math.round(seen.acked * this.#hearers) - seen.delivered };
  }

  async readPages(size: number, ms: number): Promise<Orders['readPages']['gives']> {
    const all = await this.#all((process) => process.ask('readPages', { size, ms }));
    return {
      pages: total(all.map(({ pages }) => pages)),
      seconds: Math.max(...all.map(({ seconds }) => seconds)),
      took: merged(all.map(({ took }) => took)),
    };
  }

  readBack = async (): Promise<string[]> => (await this.#all((process) => process.ask('readBack', undefined))).flat();

  /** These read no more. */
  async stall(userIds: string[]): Promise<void> {
    const slow = total(await this.#all((process) => process.ask('stall', userIds)));
    this.#hearers -= slow / Math.max(1, total(this.#senders));
  }

  leave = async (): Promise<void> => void (await this.#all((process) => process.ask('leave', undefined)));

  end(): void {
    for (const process of this.#processes) process.end();
  }

  async #counts(): Promise<Counts> {
    const all = await this.#all((process) => process.ask('counts', undefined));
    const sum = (name: keyof Counts) => total(all.map((each) => each[name]));
    return { sent: sum('sent'), acked: sum('acked'), refused: sum('refused'), delivered: sum('delivered') };
  }

  #all<Of>(ask: (process: Process, nth: number) => Promise<Of>): Promise<Of[]> {
    return Promise.all(this.#processes.map(ask));
  }
}

function together(all: Outcome[]): Outcome {
  const sum = (name: { [Key in keyof Outcome]: Outcome[Key] extends number ? Key : never }[keyof Outcome]) =>
    total(all.map((each) => each[name]));
  return {
    sent: sum('sent'),
    acked: sum('acked'),
    refused: sum('refused'),
    delivered: sum('delivered'),
    ackedInTime: sum('ackedInTime'),
    deliveredInTime: sum('deliveredInTime'),
    seconds: Math.max(...all.map(({ seconds }) => seconds)),
    acks: merged(all.map(({ acks }) => acks)),
    deliveries: merged(all.map(({ deliveries }) => deliveries)),
    lag: merged(all.map(({ lag }) => lag)),
    cpuSeconds: sum('cpuSeconds'),
    // The busiest is the one that could be the limit.
    busy: Math.max(...all.map(({ busy }) => busy)),
    gaveUp: all.some(({ gaveUp }) => gaveUp),
    outOfOrder: sum('outOfOrder'),
    wrong: [...new Set(all.flatMap(({ wrong }) => wrong))].slice(0, 10),
    ids: all.flatMap(({ ids }) => ids),
  };
}

const total = (numbers: number[]): number => numbers.reduce((sum, each) => sum + each, 0);

class Process {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (why: Error) => void }>();
  #asked = 0;

  constructor() {
    this.#child = fork(program, { stdio: 'inherit', serialization: 'advanced' });
    this.#child.on('message', (report: Report) => {
      const waiting = this.#waiting.get(report.nth);
      this.#waiting.delete(report.nth);
      if ('failed' in report) waiting?.reject(new Error(report.failed));
      else waiting?.resolve(report.gives as never);
    });
    this.#child.once('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`a generator ended with code ${code}`));
      this.#waiting.clear();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  ask<Name extends keyof Orders>(name: Name, what: Orders[Name]['with']): Promise<Orders[Name]['gives']> {
    const nth = this.#asked++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(nth, { resolve, reject });
      // Of one that was ended it is told here; unheard it would end the whole bench.
      this.#child.send({ nth, name, with: what } satisfies Order, (error) => error && reject(error));
    });
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }
}
