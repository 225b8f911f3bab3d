import type { Stage } from '../scenario.ts';
import { killNode } from './n1NodeKills.ts';
import { killDatabase } from './n2DatabaseKills.ts';
import { killBus, reconcileMs } from './n3BusKills.ts';
import { pauseNode } from './n4Pauses.ts';
import { restartAll } from './n5RollingRestarts.ts';
import { cutBus } from './n6BusCuts.ts';
import { pauseDatabase } from './n7DatabasePauses.ts';
import { cutDatabase } from './n8DatabaseCuts.ts';
import { nodeScenario, type NodeFault } from './nodeFaults.ts';

const QUICK_ONES = [killNode, pauseNode, killDatabase];
const ALL = [...QUICK_ONES, killBus, cutBus, pauseDatabase, cutDatabase, restartAll];

/**
 * N10: the same live conversations go through all of it, with rolling restarts between. What the checker of the histories holds
 * (I1, I2, I6, I7, I9, I10, I11, I12, I13, I16, I27, I29) has to come through any order of faults.
 */
export const mixed = nodeScenario(
  { name: 'N10', title: 'several nodes: one fault after the other, of all kinds', isLong: true },
  (stage) => ({
    harm: mix,
    times: { quick: 2, full: 200 },
    nodes: { quick: [3], full: [3] },
    options: { limits: { reconcileMs: reconcileMs(stage), drainMs: stage.size === 'full' ? 3_000 : 600 } },
  }),
);

const mix: NodeFault['harm'] = (stage: Stage, on, at) =>
  at === 0 ? restartAll(stage, on) : stage.random.pick(stage.size === 'full' ? ALL : QUICK_ONES)(stage, on, at);
