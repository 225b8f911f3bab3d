import type { UserId } from '@trialogue/protocol';

import type { Checks } from './check/checks.ts';
import type { Marker } from './markers.ts';
import type { Connection, End } from './network.ts';
import type { Rng } from './rng.ts';
import type { Schedule } from './schedule.ts';

/** What a person stands on. */
export interface Ground {
  schedule: Schedule;
  rng: Rng;
  checks: Checks;
  say(line: string): void;
  seen(marker: Marker): void;
  /** Dials from this person's place in the network. */
  dial(end: End): Connection;
  /** A new token, if anybody is there to give one. */
  newToken(userId: UserId): string | undefined;
  /** Whether the database has failed a node that asked: then a node may have to say that it failed. */
  hasDatabaseFailed(): boolean;
}
