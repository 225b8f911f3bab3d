import type { Invariant } from '../world/check/broken.ts';
import { markers, type Marker } from '../world/markers.ts';
import type { BrokenStory, Story } from '../world/story.ts';

/** What became of many stories. Plain data: it goes from a worker to whoever sent it. */
export interface Sums {
  seeds: number;
  acked: number;
  messages: number;
  frames: number;
  steps: number;
  /** In how many stories each rare thing was seen. */
  seen: Partial<Record<Marker, number>>;
  /** Stories by the seconds that healing took, rounded up; and the same for those who stayed connected. */
  healed: number[];
  connected: number[];
  failures: Failure[];
  /** Everything that is to be seen. */
  markers: readonly Marker[];
}

export interface Failure {
  seed: number;
  invariant: Invariant | undefined;
  says: string;
}

/** The first of them are enough to look at. */
const FAILURES_KEPT = 20;

/** Adds stories up. */
export class Tally {
  readonly sums: Sums = {
    seeds: 0,
    acked: 0,
    messages: 0,
    frames: 0,
    steps: 0,
    seen: {},
    healed: [],
    connected: [],
    failures: [],
    markers,
  };

  told({ acked, messages, frames, steps, seen, healedInMs, connectedInMs }: Story): void {
    const { sums } = this;
    sums.seeds++;
    sums.acked += acked;
    sums.messages += messages;
    sums.frames += frames;
    sums.steps += steps;
    for (const marker of seen) sums.seen[marker] = (sums.seen[marker] ?? 0) + 1;
    count(sums.healed, healedInMs);
    if (connectedInMs !== undefined) count(sums.connected, connectedInMs);
  }

  broke({ seed, invariant, message }: BrokenStory): void {
    this.sums.seeds++;
    if (this.sums.failures.length < FAILURES_KEPT) this.sums.failures.push({ seed, invariant, says: message });
  }
}

function count(bySeconds: number[], ms: number): void {
  const seconds = Math.ceil(ms / 1000);
  bySeconds[seconds] = (bySeconds[seconds] ?? 0) + 1;
}
