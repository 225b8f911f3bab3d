import type { KeyWrap } from '@trialogue/server/core';

import type { SimulatedBus } from './bus.ts';
import type { Checks } from './check/checks.ts';
import type { Disk } from './disk.ts';
import type { Marker } from './markers.ts';
import type { Connection } from './network.ts';
import { Node } from './node.ts';
import { Process } from './process.ts';
import type { Rng } from './rng.ts';
import type { Schedule } from './schedule.ts';
import type { Tokens } from './tokens.ts';

/** One machine: at most one node at a time runs on it, by its wall clock. */
export interface Machine {
  name: string;
  skewMs: number;
  node: Node | undefined;
}

export interface Around {
  schedule: Schedule;
  rng: Rng;
  checks: Checks;
  disk: Disk;
  bus: SimulatedBus;
  keyWrap: KeyWrap;
  tokens: Tokens;
  hasSlowReaders: boolean;
  seen(marker: Marker): void;
  say(line: string): void;
}

/** The nodes, one or several, on one database and one bus; and what happens to them. */
export class Cluster {
  readonly machines: readonly Machine[];
  readonly #around: Around;
  #starts = 0;

  constructor(count: number, skewMs: () => number, around: Around) {
    this.#around = around;
    this.machines = Array.from({ length: count }, (_, at) => ({
      name: `node ${at + 1}`,
      skewMs: skewMs(),
      node: undefined,
    }));
  }

  /** Where the balancer sends somebody now. A node that is stopped still takes calls: its machine does. */
  pick(rng: Rng): Node | undefined {
    const serving = this.nodes().filter(({ isServing }) => isServing);
    return serving.length > 0 ? rng.pick(serving) : undefined;
  }

  /** Where a connection ends. */
  machineOf(connection: Connection): Machine | undefined {
    return this.machines.find(({ node }) => node?.has(connection));
  }

  nodes(): Node[] {
    return this.machines.flatMap(({ node }) => node ?? []);
  }

  start(machine: Machine): void {
    if (machine.node) return;
    const { schedule, rng, checks, disk, bus, keyWrap, tokens, hasSlowReaders, seen, say } = this.#around;
    say(`${machine.name} starts`);
    const process = new Process(machine.name, schedule, machine.skewMs);
    const own = rng.fork(`start ${this.#starts++}`);
    process.enter(() => {
      machine.node = new Node({
        process,
        schedule,
        rng: own,
        checks,
        store: disk.storeOf(process),
        bus: bus.of(process),
        keyWrap,
        tokens,
        hasSlowReaders,
        seen,
      });
    });
  }

  /** `kill -9`, and after a while a new process on the same machine. */
  kill(machine: Machine, downMs: number): void {
    if (!machine.node) return;
    this.#around.say(`${machine.name} is killed`);
    machine.node.kill();
    this.#gone(machine, downMs);
  }

  /** SIGTERM, and after a while the next version. */
  drain(machine: Machine, downMs: number): void {
    const { node } = machine;
    if (!node?.isServing || node.process.isStopped) return;
    this.#around.say(`${machine.name} drains`);
    this.#around.seen('node drained');
    node.drain(() => {
      if (machine.node !== node) return;
      this.#around.say(`${machine.name} is gone`);
      node.process.isDead = true;
      this.#gone(machine, downMs);
    });
  }

  /** SIGSTOP, and SIGCONT after a while. */
  stop({ node, name }: Machine, ms: number): void {
    if (!node || node.process.isStopped) return;
    this.#around.say(`${name} is stopped`);
    this.#around.seen('node stopped');
    node.process.stop();
    this.#around.schedule.after(ms, `${name} goes on`, () => node.process.goOn());
  }

  jumpClock(machine: Machine, byMs: number): void {
    this.#around.say(`the clock of ${machine.name} jumps by ${byMs} ms`);
    this.#around.seen('clock jumped');
    machine.skewMs += byMs;
    if (machine.node) machine.node.process.skewMs = machine.skewMs;
  }

  cutOffDatabase({ node, name }: Machine, ms: number): void {
    if (!node) return;
    this.#around.say(`${name} cannot reach the database`);
    this.#around.seen('node cut off from the database');
    const { disk, schedule } = this.#around;
    disk.cutOff(node.process);
    schedule.after(ms, `${name} reaches the database again`, () => disk.reconnect(node.process));
  }

  cutOffBus({ node, name }: Machine, ms: number): void {
    if (!node) return;
    this.#around.say(`${name} cannot reach the bus`);
    this.#around.seen('node cut off from the bus');
    const { bus, schedule } = this.#around;
    bus.cutOff(node.process);
    schedule.after(ms, `${name} reaches the bus again`, () => bus.reconnect(node.process));
  }

  /** All run, with the right time. */
  heal(): void {
    for (const machine of this.machines) {
      machine.skewMs = 0;
      this.start(machine);
      const process = machine.node?.process;
      if (!process) continue;
      process.skewMs = 0;
      this.#around.disk.reconnect(process);
      this.#around.bus.reconnect(process);
      process.goOn();
    }
  }

  #gone(machine: Machine, downMs: number): void {
    const process = machine.node?.process;
    machine.node = undefined;
    if (process) {
      this.#around.disk.killed(process);
      this.#around.bus.killed(process);
    }
    this.#around.schedule.after(downMs, `${machine.name} comes back`, () => this.start(machine));
  }
}
