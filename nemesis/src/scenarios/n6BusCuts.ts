import type { Stage } from '../scenario.ts';
import { goOnWithoutBus, hearAgain, reconcileMs } from './n3BusKills.ts';
import { begin, nodeScenario } from './nodeFaults.ts';
import { named, type PlayNodes } from './nodes.ts';

/** N6: the bus is out of reach of one node, broken off or without a word; the others have it (I14, I15, I35). */
export const busCuts = nodeScenario({ name: 'N6', title: 'several nodes: one cut off from the bus' }, (stage) => ({
  harm: cutBus,
  times: { quick: 1, full: 50 },
  options: { limits: { reconcileMs: reconcileMs(stage) } },
}));

export async function cutBus(stage: Stage, on: PlayNodes, at: number): Promise<void> {
  const isSilent = stage.random.chance(0.5);
  const bus = on.nodes[at]?.bus;
  begin(on, `${named(at)} ${isSilent ? 'hears no more of' : 'is cut off from'} the bus`);
  if (isSilent) bus?.silence();
  else bus?.cut();
  await goOnWithoutBus(stage, on);
  on.crowd.fault(`${named(at)} has the bus again`);
  bus?.heal();
  await hearAgain(on);
}
