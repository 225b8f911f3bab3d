import { lacksCluster } from '@trialogue/testkit/servers';

import { emptyResult, type Result, type Scenario, type Stage } from '../scenario.ts';
import { sleep, until } from '../time.ts';
import { playNodes, type NodesOptions, type PlayNodes } from './nodes.ts';
import { mergeInto } from './rounds.ts';

const RECOVERED_MS = 60_000;
const LOAD_MS = 6_000;

/** One harm that is done to several nodes. When it is over everything is whole again. */
export interface NodeFault {
  /** @param at which node, where it is about one: they come in turn */
  harm(stage: Stage, on: PlayNodes, at: number): Promise<void>;
  times: { quick: number; full: number };
  options?: Partial<Pick<NodesOptions, 'limits' | 'envOf'>>;
  /** With how many nodes it is played, one play after the other. */
  nodes?: { quick: readonly number[]; full: readonly number[] };
}

const TWO_AND_THREE = { quick: [2], full: [2, 3] };

/** Two nodes, and in the full size three as well, over which one kind of fault comes again and again. */
export function nodeScenario(
  { lacks = lacksCluster, ...scenario }: Omit<Scenario, 'run'>,
  fault: (stage: Stage) => NodeFault,
): Scenario {
  return {
    ...scenario,
    lacks,
    async run(stage) {
      const all = emptyResult();
      const notes: string[] = [];
      for (const nodes of (fault(stage).nodes ?? TWO_AND_THREE)[stage.size]) {
        mergeInto(all, await strike(stage, `${scenario.name}-${nodes}`, nodes, fault(stage)));
        notes.push(...all.notes);
      }
      return { ...all, notes };
    },
  };
}

function strike(stage: Stage, name: string, nodes: number, { harm, times, options }: NodeFault): Promise<Result> {
  const many = stage.times ?? times[stage.size];
  const shape = stage.size === 'full' ? { groups: 20, members: 3 } : { groups: 6, members: 3 };
  const sdk = { groups: 2, members: 3, gapMs: () => 20 };
  const client = { gapMs: () => (stage.size === 'full' ? 0 : 20) };
  return playNodes(stage, { name, nodes, shape, sdk, client, ...options }, async (on) => {
    for (let time = 0; time < many; time++) {
      await on.spread();
      await load(stage, on);
      await harm(stage, on, time % nodes);
      if (time % 10 === 9) stage.say(`${time + 1} of ${many} with ${nodes} nodes, ${on.crowd.acked} acknowledged`);
    }
  });
}

async function load({ size, random }: Stage, { crowd }: PlayNodes): Promise<void> {
  const goal = crowd.acked + (size === 'full' ? random.between(200, 600) : random.between(50, 150));
  await until('load', () => crowd.acked >= goal, LOAD_MS).catch(() => {});
}

/** Counts the fault, and says it in the history. */
export function begin({ crowd, result }: PlayNodes, what: string): number {
  crowd.fault(what);
  result.faults++;
  return performance.now();
}

/** Waits for the first acknowledgement and then for everybody, and takes down how long both took `from` then on. */
export async function recover({ crowd, result }: PlayNodes, from: number): Promise<void> {
  await until('the first ack after a fault', () => crowd.firstAckAt() !== undefined, RECOVERED_MS);
  result.recoveriesMs.push((crowd.firstAckAt() ?? Infinity) - from);
  await crowd.allHome(0, RECOVERED_MS);
  result.convergencesMs.push(performance.now() - from);
}

/** For what was on its way when something stopped. */
export const ON_THE_WAY_MS = 300;

export const aWhile = ({ size, random }: Stage, quick: readonly [number, number], full: readonly [number, number]) =>
  sleep(random.between(...(size === 'full' ? full : quick)));
