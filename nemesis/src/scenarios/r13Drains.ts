import { hold, type Scenario, type Stage } from '../scenario.ts';
import { sleep, within } from '../time.ts';
import { play, type Play } from './play.ts';
import { inWords } from './rounds.ts';

const LONGEST_EXIT_MS = 30_000;
const CONVERGED_MS = 60_000;

/** R13: SIGTERM under load, over and over (I29, I30). */
export const drains: Scenario = {
  name: 'R13',
  title: 'SIGTERM, drain, restart',
  run(stage) {
    const times = stage.times ?? (stage.size === 'full' ? 100 : 1);
    const shape = stage.size === 'full' ? { groups: 40, members: 5 } : { groups: 10, members: 3 };
    const setup = { limits: { drainMs: stage.size === 'full' ? 5_000 : 1_000 } };
    return play(stage, { name: 'R13', shape, setup, client: { gapMs: () => 50 } }, async (on) => {
      for (let drain = 0; drain < times; drain++) {
        await drainOnce(stage, on);
        if (drain % 10 === 9) stage.say(`${drain + 1} of ${times} restarts, ${on.crowd.acked} acknowledged`);
      }
      on.result.notes.push(`closed by: ${inWords(on.crowd.closes)}`);
    });
  },
};

async function drainOnce({ random }: Stage, on: Play): Promise<void> {
  const { crowd, result } = on;
  await sleep(random.between(200, 1_000));
  crowd.fault('SIGTERM');
  const toldAt = performance.now();
  on.server.send('SIGTERM');
  result.faults++;
  const end = await within('the server to end after SIGTERM', LONGEST_EXIT_MS + 10_000, on.server.ended);
  const lasted = end.at - toldAt;
  hold(result, lasted <= LONGEST_EXIT_MS, `the server took ${Math.round(lasted)} ms to end after SIGTERM (I30)`);
  hold(
    result,
    end.code === 0,
    `after SIGTERM the server ended with ${end.code ?? end.signal} (I30): ${on.server.lastWords().slice(-300)}`,
  );
  crowd.awaitFirstAck();
  await on.restart();
  const upAt = performance.now();
  await crowd.allHome(toldAt, CONVERGED_MS);
  result.recoveriesMs.push(Math.max(0, (crowd.firstAckAt() ?? upAt) - upAt));
  result.convergencesMs.push(Math.max(0, crowd.homeAt() - upAt));
}
