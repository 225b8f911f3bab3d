import type { Scenario } from '../scenario.ts';
import { controls } from './control.ts';
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

/** In the order in which they are played. The names are those of the plan (reliability §3.5). */
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
  ...controls,
];
