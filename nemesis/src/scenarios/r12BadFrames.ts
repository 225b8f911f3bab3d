import { startFrameProxy } from '../faults/frameProxy.ts';
import { hold, type Scenario } from '../scenario.ts';
import { sleep } from '../time.ts';
import { play } from './play.ts';
import { inWords } from './rounds.ts';

const HARMS = { double: 0.05, swap: 0.05, truncate: 0.002, garbage: 0.002 };
const CONVERGED_MS = 60_000;

/** R12: frames come twice, out of order, cut short, and with nonsense between them (I4, I9, I12, I38). */
export const badFrames: Scenario = {
  name: 'R12',
  title: 'frames doubled, swapped, truncated, garbage; SDK clients',
  async run(stage) {
    const seconds = stage.times ?? (stage.size === 'full' ? 600 : 4);
    const target = { url: '' };
    const proxy = await startFrameProxy(() => target.url, stage.random, HARMS);
    const { url, done, heal, close } = proxy;
    try {
      const sdk = { groups: 8, members: 3, gapMs: () => stage.random.between(0, 30), url: () => url };
      return await play(
        stage,
        { name: 'R12', shape: { groups: 0, members: 0 }, sdk, beforeClients: (server) => (target.url = server.wsUrl) },
        async (on) => {
          const { crowd, result } = on;
          crowd.fault(`frames are harmed for ${seconds} s`);
          await sleep(seconds * 1_000);
          crowd.fault('frames are left alone');
          heal();
          const healedAt = performance.now();
          await crowd.allHome(0, CONVERGED_MS).catch((error: unknown) => hold(result, false, String(error)));
          result.convergencesMs.push(Math.max(0, crowd.homeAt() - healedAt));
          result.faults = [...done.values()].reduce((sum, count) => sum + count, 0);
          result.notes.push(inWords(done));
          result.notes.push(`closed by: ${inWords(crowd.closes)}`);
          hold(
            result,
            on.server.end() === undefined,
            `the server ended over a bad frame (I38): ${on.server.lastWords()}`,
          );
        },
      );
    } finally {
      close();
    }
  },
};
