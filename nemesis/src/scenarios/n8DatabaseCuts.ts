import { hold, type Stage } from '../scenario.ts';
import { sleep } from '../time.ts';
import { aWhile, begin, nodeScenario, ON_THE_WAY_MS } from './nodeFaults.ts';
import { counted, named, type PlayedNode, type PlayNodes } from './nodes.ts';

const ACKED = 'trialogue_message_ack_seconds_count';
const ACKS_AGAIN_MS = 10_000;
const HOME_MS = 60_000;

/**
 * N8: the database is out of reach of one node, broken off in the middle of commits or without a word. That node acknowledges
 * nothing; what it does not know is found out by asking again (I3, I4, I36).
 */
export const databaseCuts = nodeScenario({ name: 'N8', title: 'several nodes: one cut off from the database' }, () => ({
  harm: cutDatabase,
  times: { quick: 2, full: 100 },
}));

export async function cutDatabase(stage: Stage, on: PlayNodes, at: number): Promise<void> {
  const { crowd, result } = on;
  const node = on.nodes[at];
  if (!node) return;
  const isSilent = stage.random.chance(0.5);
  begin(on, `${named(at)} ${isSilent ? 'hears no more of' : 'is cut off from'} the database`);
  if (isSilent) node.database.silence();
  else node.database.cut();
  await sleep(ON_THE_WAY_MS);
  const before = await counted(node, ACKED);
  await aWhile(stage, [300, 1_000], [300, 20_000]);
  const during = (await counted(node, ACKED)) - before;
  hold(result, during === 0, `${named(at)} acknowledged ${during} messages without its database (I36)`);
  crowd.fault(`${named(at)} has the database again`);
  const from = performance.now();
  node.database.heal();
  if (await acksAgain(node, before + during)) result.recoveriesMs.push(performance.now() - from);
  await crowd.allHome(0, HOME_MS);
  result.convergencesMs.push(performance.now() - from);
}

/** False where its people have all gone elsewhere. */
async function acksAgain(node: PlayedNode, before: number): Promise<boolean> {
  const end = performance.now() + ACKS_AGAIN_MS;
  while (performance.now() < end) {
    if ((await counted(node, ACKED)) > before) return true;
    await sleep(10);
  }
  return false;
}
