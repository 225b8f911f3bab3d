import { statSync } from 'node:fs';
import { join } from 'node:path';

import { hold, type Result, type Scenario, type Stage } from '../scenario.ts';
import { percentile, sleep, until } from '../time.ts';
import { play, type Play } from './play.ts';
import { inRounds } from './rounds.ts';

/** So many kills are survived by one database before a new one is begun. */
const KILLS_A_ROUND = 100;
const SAID_EVERY = 20;
const ACKED_BETWEEN = { full: [300, 1_000], quick: [60, 200] } as const;
const LONGEST_LOAD_MS = 6_000;
const RECOVERED_MS = 30_000;
const CONVERGED_MS = 60_000;
/** Of the kills, so many come while the server has just started and the clients are on their way back. */
const EARLY_PART = 0.15;

/** R1: kill -9 under load. */
export const kills: Scenario = {
  name: 'R1',
  title: 'kill -9 under load',
  async run(stage) {
    const times = stage.times ?? (stage.size === 'full' ? 1_000 : 6);
    const all = await inRounds(
      times,
      KILLS_A_ROUND,
      (kills, before) => killsOfOneDatabase(stage, kills, before),
      ({ faults, acked, recoveriesMs }) => {
        const p99 = percentile(recoveriesMs, 0.99) ?? 0;
        stage.say(`${faults} of ${times} kills, ${acked} acknowledged, recovery p99 ${Math.round(p99)} ms`);
      },
    );
    // A few kills on a busy machine say nothing about time.
    if (stage.size === 'quick') return all;
    hold(all, (percentile(all.recoveriesMs, 0.99) ?? 0) <= 2_000, 'recovery to the first ack: p99 over 2 s');
    hold(all, (percentile(all.convergencesMs, 0.99) ?? 0) <= 10_000, 'convergence after healing: p99 over 10 s (I14)');
    return all;
  },
};

export function killsOfOneDatabase(stage: Stage, times: number, before: number): Promise<Result> {
  const shape = stage.size === 'full' ? { groups: 40, members: 3 } : { groups: 10, members: 3 };
  const sdk = { groups: 2, members: 2, gapMs: () => 20 };
  return play(stage, { name: `R1-${before}`, shape, sdk }, async (on) => {
    for (let kill = 1; kill <= times; kill++) {
      await killOnce(stage, on);
      if (kill % SAID_EVERY === 0) stage.say(`${before + kill} kills`);
    }
    const { size } = statSync(join(on.setup.dataDir, 'trialogue.db'));
    on.result.notes.push(
      `database of ${Math.round(size / 2 ** 20)} MiB, last start ${Math.round(on.server.startedInMs)} ms`,
    );
  });
}

async function killOnce({ size, random, say }: Stage, on: Play): Promise<void> {
  const { crowd, result } = on;
  const isEarly = random.chance(EARLY_PART);
  if (isEarly) await sleep(random.between(0, 200));
  else {
    const [least, most] = ACKED_BETWEEN[size];
    const goal = crowd.acked + random.between(least, most);
    await until('load', () => crowd.acked >= goal, LONGEST_LOAD_MS).catch(() => {});
  }
  crowd.fault('kill -9');
  const killedAt = performance.now();
  crowd.awaitFirstAck();
  await on.server.kill();
  result.faults++;
  await on.restart();
  const upAt = performance.now();
  await until('the first ack after a kill', () => crowd.firstAckAt() !== undefined, RECOVERED_MS);
  result.recoveriesMs.push((crowd.firstAckAt() ?? Infinity) - killedAt);
  if (random.chance(EARLY_PART)) return;
  await crowd.allHome(killedAt, CONVERGED_MS).catch((error: unknown) => {
    hold(result, false, `not everybody was back after a kill: ${String(error)}`);
    say(String(error));
  });
  result.convergencesMs.push(Math.max(0, crowd.homeAt() - upAt));
}
