import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { emptyResult, type Result, type Scenario, type Stage } from '../scenario.ts';
import { ackBeforeCommit, notSynced } from '../server/breakages.ts';
import { brokenServer, type Breakage } from '../server/bundle.ts';
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
  /** Goes on when it was seen, to measure how often. */
  all?: boolean;
}

/** A broken server has to be found out, or a green run would mean nothing. */
function control({ name, title, breakage, lacks, times, once, atATime, all = false }: Control): Scenario {
  return {
    name,
    title,
    ...(lacks && { lacks }),
    async run(stage) {
      const found = emptyResult();
      const most = stage.times ?? times[stage.size];
      // Apart from the histories of the true server, which have the same names.
      const folder = join(stage.folder, name);
      mkdirSync(folder, { recursive: true });
      const broken = { ...stage, folder, bundle: brokenServer(stage.bundle, breakage) };
      const isSeen = () => found.anomalies.some((anomaly) => anomaly.name === 'lost-write');
      while (found.faults < most && (all || !isSeen())) {
        mergeInto(found, await once(broken, Math.min(atATime, most - found.faults), found.faults));
      }
      for (const path of found.histories.slice(1)) rmSync(path, { force: true });
      const seen = inWords(found.anomalies.map(({ name, invariant, count }) => [`${name}(${invariant})`, count]));
      return {
        ...found,
        anomalies: [],
        broken: isSeen() ? [] : [`a server with ${breakage.name} went unseen through ${found.faults} faults`],
        notes: [`caught: ${seen}`, ...found.histories.slice(0, 1).map((path) => `for example in ${path}`)],
        histories: [],
      };
    },
  };
}

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
];
