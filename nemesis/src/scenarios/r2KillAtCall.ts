import type { Random } from '@trialogue/testkit';

import { attach, lacksStrace, type DiskCall } from '../faults/strace.ts';
import { hold, type Result, type Scenario, type Stage } from '../scenario.ts';
import { comesTrue, until } from '../time.ts';
import { play, type Play } from './play.ts';
import { inRounds } from './rounds.ts';

const KILLS_A_ROUND = 50;
const DEATH_MS = 20_000;
const RECOVERED_MS = 30_000;
const N_MOST = 200;

/** R2: killed exactly when it asks the disk for the Nth time (I1, I6, I8). */
export const killsAtCall: Scenario = {
  name: 'R2',
  title: 'kill at the Nth fsync, and at the Nth pwrite64',
  lacks: lacksStrace,
  async run(stage) {
    const plan = shuffled(
      stage.random,
      (['sync', 'write'] as const).flatMap((call) => Array.from({ length: N_MOST }, (_, at) => ({ call, n: at + 1 }))),
    ).slice(0, stage.times ?? (stage.size === 'full' ? 2 * N_MOST : 2));
    const all = await inRounds(
      plan.length,
      KILLS_A_ROUND,
      (kills, before) => round(stage, plan.slice(before, before + kills), before),
      ({ faults, acked }) => stage.say(`${faults} of ${plan.length} kills, ${acked} acknowledged`),
    );
    hold(all, all.faults === plan.length, `only ${all.faults} of ${plan.length} kills struck`);
    return all;
  },
};

const round = (stage: Stage, plan: readonly { call: DiskCall; n: number }[], before: number): Promise<Result> =>
  play(stage, { name: `R2-${before}`, shape: { groups: 5, members: 2 } }, async (on) => {
    for (const { call, n } of plan) await killAt(on, call, n);
  });

async function killAt(on: Play, call: DiskCall, n: number): Promise<void> {
  const { crowd, result } = on;
  crowd.fault(`kill at the ${n}th ${call}`);
  const tracer = await attach(on.server.pid, { call, first: n, last: n, does: { kill: true } });
  const isDead = await comesTrue(() => on.server.end() !== undefined, DEATH_MS);
  await tracer.detach();
  if (isDead) result.faults++;
  await on.server.kill();
  const from = performance.now();
  crowd.awaitFirstAck();
  await on.restart();
  await until('the first ack after a kill', () => crowd.firstAckAt() !== undefined, RECOVERED_MS);
  result.recoveriesMs.push((crowd.firstAckAt() ?? Infinity) - from);
}

function shuffled<T>(random: Random, all: readonly T[]): T[] {
  const rest = [...all];
  return all.map(() => rest.splice(random.between(0, rest.length - 1), 1)[0] as T);
}
