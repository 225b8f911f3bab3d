import { hold, type Stage } from '../scenario.ts';
import { sleep } from '../time.ts';
import { aWhile, begin, nodeScenario, ON_THE_WAY_MS, recover } from './nodeFaults.ts';
import { named, type PlayNodes } from './nodes.ts';

const AGAIN_MS = 500;

/**
 * N4: one node stands still; its people have come back over the others when it goes on, with what they sent to it before still
 * in its hands. None of that is stored any more (I28), and nothing else is wrong (I26).
 */
export const nodePauses = nodeScenario({ name: 'N4', title: 'several nodes: SIGSTOP of one' }, () => ({
  harm: pauseNode,
  times: { quick: 1, full: 100 },
}));

export async function pauseNode(stage: Stage, on: PlayNodes, at: number): Promise<void> {
  const { crowd } = on;
  const server = on.nodes[at]?.server;
  const stoppedAt = begin(on, `SIGSTOP of ${named(at)}`);
  server?.send('SIGSTOP');
  // What looks after the balancer has seen it, and people have grown tired of waiting.
  on.avoid(at);
  await sleep(ON_THE_WAY_MS);
  crowd.awaitFirstAck();
  for (const client of crowd.clients) client.cut();
  await recover(on, stoppedAt);
  await aWhile(stage, [100, 500], [0, 20_000]);
  crowd.fault(`SIGCONT of ${named(at)}`);
  server?.send('SIGCONT');
  await sleep(AGAIN_MS);
  on.avoid(undefined);
  hold(on.result, server?.end() === undefined, `a node that had stood still ended: ${server?.lastWords().slice(-300)}`);
}
