import type { Scenario } from '../scenario.ts';
import { controls } from './control.ts';
import { nodeKills } from './n1NodeKills.ts';
import { databaseKills } from './n2DatabaseKills.ts';
import { busKills } from './n3BusKills.ts';
import { nodePauses } from './n4Pauses.ts';
import { rollingRestarts } from './n5RollingRestarts.ts';
import { busCuts } from './n6BusCuts.ts';
import { databasePauses } from './n7DatabasePauses.ts';
import { databaseCuts } from './n8DatabaseCuts.ts';
import { clockOfOne } from './n9ClockOfOne.ts';
import { mixed } from './n10Mixed.ts';
import { kills } from './r1Kills.ts';
import { killsAtCall } from './r2KillAtCall.ts';
import { powerCuts } from './r3PowerCuts.ts';
import { diskErrors } from './r4DiskErrors.ts';
import { fullDisk } from './r5FullDisk.ts';
import { pauses } from './r9Pauses.ts';
import { clockJumps } from './r10ClockJumps.ts';
import { slowReaders } from './r11SlowReaders.ts';
import { badFrames } from './r12BadFrames.ts';
import { drains } from './r13Drains.ts';
import { storm } from './r14Storm.ts';
import { restore } from './r16Restore.ts';

/** In the order in which they are played. The names with an R are those of the plan (reliability §3.5); those with an N have several nodes. */
export const scenarios: readonly Scenario[] = [
  kills,
  killsAtCall,
  powerCuts,
  diskErrors,
  fullDisk,
  pauses,
  clockJumps,
  slowReaders,
  badFrames,
  drains,
  storm,
  restore,
  nodeKills,
  databaseKills,
  busKills,
  nodePauses,
  rollingRestarts,
  busCuts,
  databasePauses,
  databaseCuts,
  clockOfOne,
  mixed,
  ...controls,
];
