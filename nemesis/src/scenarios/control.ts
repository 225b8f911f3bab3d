import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { lacksCluster } from '@trialogue/testkit/servers';

import type { AnomalyName } from '../check/anomaly.ts';
import { emptyResult, type Result, type Scenario, type Stage } from '../scenario.ts';
import {
  ackBeforeCommit,
  ackBeforeCommitTogether,
  fencesNotCompared,
  notSynced,
  silentBus,
} from '../server/breakages.ts';
import { brokenServer, type Breakage } from '../server/bundle.ts';
import { nodeKills } from './n1NodeKills.ts';
import { nodePauses } from './n4Pauses.ts';
import { killsOfOneDatabase } from './r1Kills.ts';
import { cutsOfOneDisk, powerCuts } from './r3PowerCuts.ts';
import { inWords, mergeInto } from './rounds.ts';

interface Control {
  name: string;
  title: string;
  breakage: Breakage;
  lacks?: () => string | undefined;
  times: { quick: number; full: number };
  /** So many faults at a time, until they are seen. */
  once: (stage: Stage, times: number, before: number) => Promise<Result>;
  atATime: number;
  /** By which anomaly it gives itself away, or by which words of a promise that was not kept. */
  by?: AnomalyName | RegExp;
  isLong?: boolean;
  /** Goes on when it was seen, to measure how often. */
  all?: boolean;
}

/** A broken server has to be found out, or a green run would mean nothing. */
function control({
  name,
  title,
  breakage,
  lacks,
  times,
  once,
  atATime,
  by = 'lost-write',
  isLong = false,
  all = false,
}: Control): Scenario {
  return {
    name,
    title,
    isLong,
    ...(lacks && { lacks }),
    async run(stage) {
      const found = emptyResult();
      const most = stage.times ?? times[stage.size];
      // Apart from the histories of the true server, which have the same names.
      const folder = join(stage.folder, name);
      mkdirSync(folder, { recursive: true });
      const broken = { ...stage, folder, bundle: brokenServer(stage.bundle, breakage) };
      const isSeen = () =>
        by instanceof RegExp
          ? found.broken.some((words) => by.test(words))
          : found.anomalies.some((anomaly) => anomaly.name === by);
      while (found.faults < most && (all || !isSeen())) {
        mergeInto(found, await once(broken, Math.min(atATime, most - found.faults), found.faults));
      }
      for (const path of found.histories.slice(1)) rmSync(path, { force: true });
      const seen = inWords(found.anomalies.map(({ name, invariant, count }) => [`${name}(${invariant})`, count]));
      return {
        ...found,
        anomalies: [],
        broken: isSeen() ? [] : [`a server with ${breakage.name} went unseen through ${found.faults} faults`],
        notes: [
          `caught: ${by instanceof RegExp ? found.broken.join('; ') : seen}`,
          ...found.histories.slice(0, 1).map((path) => `for example in ${path}`),
        ],
        histories: [],
      };
    },
  };
}

/** So many faults of a scenario with several nodes. */
const of =
  ({ run }: Scenario) =>
  (stage: Stage, times: number): Promise<Result> =>
    run({ ...stage, size: 'quick', times });

export const controls: readonly Scenario[] = [
  control({
    name: 'control-R1',
    title: 'a server that acks before it commits is caught',
    breakage: ackBeforeCommit,
    times: { quick: 12, full: 100 },
    once: killsOfOneDatabase,
    atATime: 3,
  }),
  control({
    name: 'control-R3',
    title: 'a server with synchronous=NORMAL is caught',
    breakage: notSynced,
    ...(powerCuts.lacks && { lacks: powerCuts.lacks }),
    times: { quick: 6, full: 20 },
    once: cutsOfOneDisk,
    atATime: 2,
  }),
  control({
    name: 'control-N1',
    title: 'several nodes that ack before they commit are caught',
    breakage: ackBeforeCommitTogether,
    lacks: lacksCluster,
    times: { quick: 6, full: 20 },
    once: of(nodeKills),
    atATime: 2,
  }),
  control({
    name: 'control-N4',
    title: 'several nodes that compare no fences are caught',
    breakage: fencesNotCompared,
    lacks: lacksCluster,
    times: { quick: 6, full: 20 },
    once: of(nodePauses),
    atATime: 2,
    by: 'late-write',
  }),
  control({
    name: 'control-N6',
    title: 'several nodes that tell each other nothing are caught',
    breakage: silentBus,
    lacks: lacksCluster,
    times: { quick: 3, full: 10 },
    once: of(nodeKills),
    atATime: 1,
    by: /who is on another node heard nothing/,
    isLong: true,
  }),
];
