import { hold, type Stage } from '../scenario.ts';
import { within } from '../time.ts';
import { begin, nodeScenario, recover } from './nodeFaults.ts';
import { named, type PlayNodes } from './nodes.ts';

const LONGEST_EXIT_MS = 30_000;

/** N5: all nodes are restarted one after the other in the middle of the talk, and none begins a new life of the log (I18, I29, I30). */
export const rollingRestarts = nodeScenario(
  { name: 'N5', title: 'several nodes: rolling restart of all' },
  (stage) => ({
    harm: restartAll,
    times: { quick: 1, full: 30 },
    options: { limits: { drainMs: stage.size === 'full' ? 5_000 : 600 } },
  }),
);

export async function restartAll(_: Stage, on: PlayNodes): Promise<void> {
  const { crowd, result, nodes } = on;
  for (const at of nodes.keys()) {
    const server = nodes[at]?.server;
    if (!server) continue;
    on.avoid(at);
    const toldAt = begin(on, `SIGTERM to ${named(at)}`);
    crowd.awaitFirstAck();
    server.send('SIGTERM');
    const end = await within(`${named(at)} to end after SIGTERM`, LONGEST_EXIT_MS + 10_000, server.ended);
    const lasted = Math.round(end.at - toldAt);
    hold(result, lasted <= LONGEST_EXIT_MS, `${named(at)} took ${lasted} ms to end after SIGTERM (I30)`);
    const how = `after SIGTERM ${named(at)} ended with ${end.code ?? end.signal} (I30): ${server.lastWords().slice(-300)}`;
    hold(result, end.code === 0, how);
    await recover(on, toldAt);
    await on.restart(at);
    on.avoid(undefined);
  }
}
