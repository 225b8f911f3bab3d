import { hold, type Stage } from '../scenario.ts';
import { sleep } from '../time.ts';
import { aWhile, begin, nodeScenario, ON_THE_WAY_MS, recover } from './nodeFaults.ts';
import type { PlayNodes } from './nodes.ts';

/** What was read five seconds ago allows nothing (I36); and some time to say so. */
const REFUSED_MS = 7_000;

/** N7: the database stands still; nothing is acknowledged meanwhile, and nothing answered from memory (I3, I36). */
export const databasePauses = nodeScenario({ name: 'N7', title: 'several nodes: SIGSTOP of the database' }, () => ({
  harm: pauseDatabase,
  times: { quick: 1, full: 50 },
}));

export async function pauseDatabase(stage: Stage, on: PlayNodes): Promise<void> {
  const { crowd, result, postgres } = on;
  begin(on, 'SIGSTOP of the database');
  postgres.pause();
  await sleep(ON_THE_WAY_MS);
  crowd.awaitFirstAck({ onNew: false });
  const asked = Promise.all(on.nodes.map(({ server }) => historyOf(server.origin, on)));
  await aWhile(stage, [300, 600], [500, 20_000]);
  await Promise.race([asked, sleep(REFUSED_MS)]);
  hold(result, crowd.firstAckAt() === undefined, 'acknowledged while the database stood still (I36)');
  crowd.fault('SIGCONT of the database');
  const from = performance.now();
  postgres.resume();
  const answers = await asked;
  const isRefused = answers.every(({ status, ms }) => status === 503 && ms <= REFUSED_MS);
  const saw = answers.map(({ status, ms }) => `${status} after ${Math.round(ms)} ms`).join(', ');
  hold(result, isRefused, `a database that stood still was asked, and the answers were ${saw}; expected: 503 (I36)`);
  await recover(on, from);
}

async function historyOf(origin: string, { seats }: PlayNodes): Promise<{ status: number; ms: number }> {
  const [seat] = seats;
  const from = performance.now();
  const { status } = await fetch(`${origin}/api/v1/conversations/${seat?.dlgIds[0]}/messages`, {
    headers: { authorization: `Bearer ${seat?.token}` },
  });
  return { status, ms: performance.now() - from };
}
