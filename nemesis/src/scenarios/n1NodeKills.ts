import type { Stage } from '../scenario.ts';
import { begin, nodeScenario, recover } from './nodeFaults.ts';
import { named, type PlayNodes } from './nodes.ts';

/** N1: kill -9 of one node after the other; its people go on over the others (I1, I4, I5, I9, I27). */
export const nodeKills = nodeScenario({ name: 'N1', title: 'several nodes: kill -9 of one' }, () => ({
  harm: killNode,
  times: { quick: 2, full: 200 },
}));

export async function killNode(_: Stage, on: PlayNodes, at: number): Promise<void> {
  const killedAt = begin(on, `kill -9 of ${named(at)}`);
  on.crowd.awaitFirstAck();
  await on.nodes[at]?.server.kill();
  await recover(on, killedAt);
  await on.restart(at);
}
