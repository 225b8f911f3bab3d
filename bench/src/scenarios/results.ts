import type { Scenario } from '../sides/side.ts';

export interface Percentiles {
  p50: number | undefined;
  p90: number | undefined;
  p99: number | undefined;
  p999: number | undefined;
}

/** What one phase came to. CPU in cores: seconds a second; undefined where the system does not tell. */
export interface Step {
  /** Messages a second that were sent. */
  rate: number;
  passed: boolean;
  deliveriesPerSecond: number;
  ackMs: Percentiles;
  deliveryMs: Percentiles;
  /** The server with its database. */
  serverCores: number | undefined;
  /** CPU seconds of the server for 100,000 deliveries. */
  cpuPer100k: number | undefined;
  rssMiB: number | undefined;
  generatorCores: number;
  /** Share of the time in which the busiest generator's event loop had work. */
  generatorBusy: number;
  /** How late the generator came to send, ms. */
  lagP99Ms: number | undefined;
  /** Each core, whoever used it. */
  coresBusy: number[];
  missing: number;
  outOfOrder: number;
  wrong: string[];
}

/** The highest rate at which every delivery arrives with p99 < 200 ms, held; then half of it. */
export interface Limit {
  held: Step;
  half: Step;
  /** S1 only: a rate that is the same for all. */
  fixed?: Step;
  stoppedBy: string;
  tried: { rate: number; passed: boolean }[];
}

/** S2 also in a closed loop: so many messages under way at a time. */
export interface CrowdLimit extends Limit {
  closed?: { one: Step; eight: Step };
}

export interface Joins {
  sockets: number;
  seconds: number;
  memory?: { kibPerSocket: number; at: { sockets: number; mib: number }[] };
}

export interface Pages {
  perSecond: number;
  ms: Percentiles;
  kept: number;
}

export interface Crash {
  acked: number;
  missing: number;
  repeated: number;
  restartSeconds: number;
}

export interface Slow {
  slow: number;
  p99BeforeMs: number | undefined;
  p99WithMs: number | undefined;
  /** Deliveries that did not reach those who read. */
  missing: number;
  /** By how much the server grew while they did not read. */
  grownMiB: number | undefined;
}

export interface Outcomes {
  S1: Limit;
  S2: CrowdLimit;
  S3: Joins;
  S5: Pages;
  S6: Crash;
  S7: Slow;
  S8: Limit;
}

export type Failed = { failed: string };

export interface SideResults {
  name: string;
  keeps: string;
  skipped?: string;
  outcomes: { [Name in Scenario]?: Outcomes[Name] | Failed };
}

/** One run, as it lies in docs/performance/server.json. */
export interface Results {
  at: string;
  size: 'full' | 'quick';
  machine: { cpu: string; cores: number; node: string; pinned: boolean; loadBefore: number };
  minutes: number;
  sides: Record<string, SideResults>;
}

/** What a scenario came to on a side; undefined when it did not run or failed. */
export function outcomeOf<Name extends Scenario>(
  results: Pick<Results, 'sides'>,
  side: string,
  name: Name,
): Outcomes[Name] | undefined {
  const outcome = results.sides[side]?.outcomes[name];
  return outcome === undefined || 'failed' in outcome ? undefined : (outcome as Outcomes[Name]);
}
