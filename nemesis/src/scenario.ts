import type { Random } from '@trialogue/testkit';

import type { Anomaly } from './check/anomaly.ts';
import type { Bundle } from './server/bundle.ts';

/** One kind of harm, done to a real server. */
export interface Scenario {
  name: string;
  title: string;
  /** Not among the quick ones, unless it is named. */
  isLong?: boolean;
  /** What it needs of the machine and does not find. Then it is skipped. */
  lacks?: () => string | undefined;
  run(at: Stage): Promise<Result>;
}

/** What a scenario is given. */
export interface Stage {
  bundle: Bundle;
  size: 'quick' | 'full';
  random: Random;
  /** Where histories are written. What fails is kept there. */
  folder: string;
  /** Histories are kept even where nothing is wrong. */
  keepsAll: boolean;
  /** How often, instead of the scenario's own number. */
  times: number | undefined;
  say(line: string): void;
}

export interface Result {
  faults: number;
  acked: number;
  received: number;
  /** From the fault to the first acknowledgement after it. */
  recoveriesMs: number[];
  /** From the end of the fault until everybody had caught up. */
  convergencesMs: number[];
  anomalies: Anomaly[];
  /** What was promised and not kept, apart from the history. */
  broken: string[];
  /** Further figures, in words. */
  notes: string[];
  /** Those that were kept. */
  histories: string[];
}

export const emptyResult = (): Result => ({
  faults: 0,
  acked: 0,
  received: 0,
  recoveriesMs: [],
  convergencesMs: [],
  anomalies: [],
  broken: [],
  notes: [],
  histories: [],
});

/** Adds anomalies to those there are: counts sum up, the first witness stays. */
export function addAnomalies(result: Result, found: readonly Anomaly[]): void {
  for (const anomaly of found) {
    const known = result.anomalies.find(({ name }) => name === anomaly.name);
    if (known) known.count += anomaly.count;
    else result.anomalies.push({ ...anomaly });
  }
}

/** Says what did not hold, once. */
export function hold(result: Result, isSo: boolean, broken: string): void {
  if (!isSo && !result.broken.includes(broken)) result.broken.push(broken);
}
