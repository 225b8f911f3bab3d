import type { Checks } from './check/checks.ts';
import type { Fault } from './faults.ts';
import type { Marker } from './markers.ts';
import type { Connection, End } from './network.ts';
import type { Rng } from './rng.ts';
import type { Schedule } from './schedule.ts';

/** What a person stands on. */
export interface Ground {
  schedule: Schedule;
  rng: Rng;
  checks: Checks;
  fault: Fault | undefined;
  say(line: string): void;
  seen(marker: Marker): void;
  /** Dials from this person's place in the network. */
  dial(end: End): Connection;
}
