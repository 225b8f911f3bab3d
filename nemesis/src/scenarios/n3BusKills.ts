import { hold, type Stage } from '../scenario.ts';
import { comesTrue } from '../time.ts';
import { aWhile, begin, nodeScenario } from './nodeFaults.ts';
import { counted, hearEachOther, type PlayNodes } from './nodes.ts';

/** A lost notice is made good within this, give or take a fifth; short ones for short runs. */
export const reconcileMs = ({ size }: Stage): number => (size === 'full' ? 10_000 : 2_500);
/** For the looking itself, on a machine that has other things to do. */
const LOOKED_MS = 4_000;
const CONNECTED_MS = 30_000;

/** N3: kill -9 of the bus between all nodes: only time is lost, at most that of a look (I14, I15, I35). */
export const busKills = nodeScenario(
  { name: 'N3', title: 'several nodes: kill -9 of the bus', isLong: true },
  (stage) => ({
    harm: killBus,
    times: { quick: 1, full: 50 },
    options: { limits: { reconcileMs: reconcileMs(stage) } },
  }),
);

export async function killBus(stage: Stage, on: PlayNodes): Promise<void> {
  begin(on, 'kill -9 of the bus');
  await on.nats.crash();
  await goOnWithoutBus(stage, on);
  on.crowd.fault('the bus is back');
  await on.nats.restart();
  await hearAgain(on);
}

/** People talk on. What they are not told by the bus they find by the look. */
export async function goOnWithoutBus(stage: Stage, on: PlayNodes): Promise<void> {
  const { crowd, result } = on;
  const from = performance.now();
  crowd.awaitFirstAck({ onNew: false });
  await aWhile(stage, [300, 800], [500, 12_000]);
  hold(result, crowd.firstAckAt() !== undefined, 'nothing was acknowledged without a bus (I35)');
  result.recoveriesMs.push((crowd.firstAckAt() ?? Infinity) - from);
  crowd.send(false);
  await comesTrue(() => crowd.clients.every((client) => client.isIdle()), LOOKED_MS);
  const stoppedAt = performance.now();
  const longest = 1.2 * reconcileMs(stage) + LOOKED_MS;
  const isLevel = await comesTrue(() => crowd.isLevel(), longest);
  result.convergencesMs.push(performance.now() - stoppedAt);
  hold(result, isLevel, `without a bus not everybody had everything after ${Math.round(longest)} ms (I35)`);
  crowd.send(true);
}

export async function hearAgain(on: PlayNodes): Promise<void> {
  const end = performance.now() + CONNECTED_MS;
  for (const node of on.nodes) {
    while ((await counted(node, 'trialogue_bus_connected')) !== 1 && performance.now() < end);
  }
  await hearEachOther(on);
}
