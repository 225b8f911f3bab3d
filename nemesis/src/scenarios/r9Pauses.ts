import { hold, type Scenario, type Stage } from '../scenario.ts';
import { sleep, until } from '../time.ts';
import { play, type Play } from './play.ts';
import { inWords } from './rounds.ts';

const CONVERGED_MS = 60_000;
/** For what the server had written before it was stopped. */
const ON_THE_WAY_MS = 40;

/** R9: the process stands still for a while, as a machine does that is moved or short of memory (I26, I28). */
export const pauses: Scenario = {
  name: 'R9',
  title: 'SIGSTOP, then SIGCONT',
  run(stage) {
    const times = stage.times ?? (stage.size === 'full' ? 100 : 1);
    return play(stage, { name: 'R9', shape: { groups: 10, members: 3 } }, async (on) => {
      for (let pause = 0; pause < times; pause++) await pauseOnce(stage, on);
      on.result.notes.push(`closed meanwhile: ${inWords(on.crowd.closes)}`);
    });
  },
};

async function pauseOnce({ size, random }: Stage, on: Play): Promise<void> {
  const { crowd, server, result } = on;
  await sleep(random.between(100, 600));
  crowd.fault('SIGSTOP');
  server.send('SIGSTOP');
  result.faults++;
  await sleep(ON_THE_WAY_MS);
  crowd.awaitFirstAck({ onNew: false });
  // One in ten is longer than a client waits for an answer, or for a sign of life.
  const isLong = size === 'full' && random.chance(0.1);
  await sleep(isLong ? random.between(12_000, 50_000) : random.between(500, size === 'full' ? 5_000 : 1_500));
  hold(result, crowd.firstAckAt() === undefined, 'a process that stands still acknowledged something');
  crowd.fault('SIGCONT');
  const from = performance.now();
  server.send('SIGCONT');
  await until('the first ack after a pause', () => crowd.firstAckAt() !== undefined, CONVERGED_MS);
  result.recoveriesMs.push((crowd.firstAckAt() ?? Infinity) - from);
  await crowd.allHome(0, CONVERGED_MS);
  result.convergencesMs.push(performance.now() - from);
}
