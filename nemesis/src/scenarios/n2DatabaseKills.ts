import { hold, type Stage } from '../scenario.ts';
import { sleep } from '../time.ts';
import { aWhile, begin, nodeScenario, ON_THE_WAY_MS, recover } from './nodeFaults.ts';
import type { PlayNodes } from './nodes.ts';

/**
 * N2: kill -9 of the database under all nodes, which is what it does to itself when it cannot sync (I32); nobody says that
 * something is stored meanwhile (I1, I3, I6, I8, I36).
 */
export const databaseKills = nodeScenario({ name: 'N2', title: 'several nodes: kill -9 of the database' }, () => ({
  harm: killDatabase,
  times: { quick: 1, full: 100 },
}));

export async function killDatabase(stage: Stage, on: PlayNodes): Promise<void> {
  const { crowd, result, postgres } = on;
  begin(on, 'kill -9 of the database');
  await postgres.crash();
  await sleep(ON_THE_WAY_MS);
  crowd.awaitFirstAck({ onNew: false });
  await aWhile(stage, [200, 500], [0, 3_000]);
  hold(result, crowd.firstAckAt() === undefined, 'acknowledged while there was no database (I36)');
  await postgres.restart();
  crowd.fault('the database is back');
  await recover(on, performance.now());
}
