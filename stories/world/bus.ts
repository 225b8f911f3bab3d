import type { Bus, Notice } from '@trialogue/server/core';

import type { Marker } from './markers.ts';
import type { Process } from './process.ts';
import type { Rng } from './rng.ts';
import type { Schedule } from './schedule.ts';

export interface BusMood {
  latencyMs: number;
  doubles: number;
  /** Chance that a notice never comes to a node. */
  loses: number;
}

/** The bus as its port describes it at its worst: late, out of order, twice, or not at all, for each node anew. */
export class SimulatedBus {
  readonly #schedule: Schedule;
  readonly #rng: Rng;
  readonly #mood: () => BusMood;
  readonly #seen: (marker: Marker) => void;
  readonly #listeners = new Map<Process, Set<(notice: Notice) => void>>();
  readonly #cutOff = new Set<Process>();
  /** Nothing gets through to anybody. */
  isOut = false;

  constructor(around: { schedule: Schedule; rng: Rng; mood: () => BusMood; seen: (marker: Marker) => void }) {
    this.#schedule = around.schedule;
    this.#rng = around.rng;
    this.#mood = around.mood;
    this.#seen = around.seen;
  }

  /** The bus as one process sees it. */
  of(process: Process): Bus {
    return {
      tell: async (notice) => this.#tell(process, notice),
      listen: (hear) => {
        const own = this.#listeners.get(process) ?? new Set();
        this.#listeners.set(process, own.add(hear));
        return () => void own.delete(hear);
      },
      close: async () => {},
    };
  }

  killed(process: Process): void {
    this.#listeners.delete(process);
  }

  cutOff(process: Process): void {
    this.#cutOff.add(process);
  }

  reconnect(process: Process): void {
    this.#cutOff.delete(process);
  }

  #tell(from: Process, notice: Notice): void {
    if (this.isOut || this.#cutOff.has(from)) {
      this.#seen('bus out');
      // A client of a bus that is away may keep what it is told, or say that it could not tell.
      if (this.#rng.chance(0.5)) throw new Error('the bus is away');
      return;
    }
    for (const process of this.#listeners.keys()) this.#tellOne(process, notice);
  }

  #tellOne(process: Process, notice: Notice): void {
    const { loses, doubles } = this.#mood();
    if (this.#cutOff.has(process) || this.#rng.chance(loses)) return this.#seen('lost notice');
    this.#carry(process, notice);
    if (this.#rng.chance(doubles)) {
      this.#seen('doubled notice');
      this.#carry(process, notice);
    }
  }

  #carry(process: Process, notice: Notice): void {
    this.#schedule.after(this.#rng.delay(this.#mood().latencyMs), `notice ${notice.kind}`, () => {
      for (const hear of this.#listeners.get(process) ?? []) process.enter(() => hear(notice));
    });
  }
}
