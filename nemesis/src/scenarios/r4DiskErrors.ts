import { attach, lacksStrace, type Injection } from '../faults/strace.ts';
import { hold, type Scenario, type Stage } from '../scenario.ts';
import { comesTrue, sleep, until } from '../time.ts';
import { play, type Play } from './play.ts';
import { inRounds } from './rounds.ts';

const FAULTS_A_ROUND = 30;
const STRIKE_MS = 20_000;
const RECOVERED_MS = 30_000;
/** The server has to be gone so long after an fsync failed (I32). A quick run may be on a busy machine. */
const DEATH_MS = { quick: 10_000, full: 1_000 } as const;
/** What was on its way to a client when the disk failed may still come in. */
const ON_THE_WAY_MS = { quick: 2_500, full: 250 } as const;
const SLOW_MS = { quick: 1_500, full: 4_000 } as const;

/** R4: the disk fails, or is full for some writes, or slow (I31, I32). */
export const diskErrors: Scenario = {
  name: 'R4',
  title: 'EIO on fsync, EIO and ENOSPC on pwrite64, slow fsync',
  lacks: lacksStrace,
  async run(stage) {
    const times = stage.times ?? (stage.size === 'full' ? 300 : 4);
    return await inRounds(
      times,
      FAULTS_A_ROUND,
      (faults, before) =>
        play(stage, { name: `R4-${before}`, shape: { groups: 5, members: 2 } }, async (on) => {
          for (let fault = before; fault < before + faults; fault++) await failOnce(stage, on, fault % 4);
        }),
      ({ faults, acked }) => stage.say(`${faults} of ${times} faults, ${acked} acknowledged`),
    );
  },
};

async function failOnce({ random, size }: Stage, on: Play, kind: number): Promise<void> {
  const first = random.between(1, 100);
  switch (kind) {
    case 0:
      return syncFails(size, on, { call: 'sync', first, last: Infinity, does: { fail: 'EIO' } });
    case 1:
      return writeFails(on, { call: 'write', first, last: first, does: { fail: 'EIO' } });
    case 2:
      return writeFails(on, { call: 'write', first, last: first + random.between(0, 20), does: { fail: 'ENOSPC' } });
    default:
      return isSlow(size, on, { call: 'sync', first: 1, last: Infinity, does: { delayMs: 500 } });
  }
}

/** An fsync that failed may have lost what was written: nothing is acknowledged any more, and the process ends. */
async function syncFails(size: Stage['size'], on: Play, injection: Injection): Promise<void> {
  const { crowd, result } = on;
  crowd.fault('EIO on fsync');
  const tracer = await attach(on.server.pid, injection);
  const hasStruck = await comesTrue(() => tracer.struckAt() !== undefined, STRIKE_MS);
  const struckAt = tracer.struckAt() ?? performance.now();
  hold(result, hasStruck, 'an injected EIO never struck');
  await comesTrue(() => on.server.end() !== undefined, DEATH_MS[size] * 5);
  const endedAt = on.server.end()?.at;
  await tracer.detach();
  result.faults++;
  hold(result, endedAt !== undefined, 'the server went on after an fsync had failed (I32)');
  const lasted = Math.round((endedAt ?? Infinity) - struckAt);
  hold(
    result,
    lasted <= DEATH_MS[size],
    `the server ended ${lasted} ms after an fsync had failed; promised: ${DEATH_MS[size]} (I32)`,
  );
  const after = crowd.lastAckAt() - struckAt;
  hold(
    result,
    after <= ON_THE_WAY_MS[size],
    `something was acknowledged ${Math.round(after)} ms after an fsync had failed (I32)`,
  );
  await comeBack(on, true);
}

/** Which of the two the server does is its own: to refuse for now, or to end and start anew. Nothing may be lost. */
async function writeFails(on: Play, injection: Injection): Promise<void> {
  on.crowd.fault('fail' in injection.does ? `${injection.does.fail} on pwrite64` : '');
  const tracer = await attach(on.server.pid, injection);
  const hasStruck = await comesTrue(() => tracer.struckAt() !== undefined || on.server.end() !== undefined, STRIKE_MS);
  hold(on.result, hasStruck, 'an injected error of pwrite64 never struck');
  await comesTrue(() => on.server.end() !== undefined, 500);
  await tracer.detach();
  on.result.faults++;
  const isGone = on.server.end() !== undefined;
  const isFull = 'fail' in injection.does && injection.does.fail === 'ENOSPC';
  hold(
    on.result,
    !(isFull && isGone),
    `the server ended because the disk was full for a moment (I31): ${on.server.lastWords().slice(-400)}`,
  );
  await comeBack(on, isGone);
}

/** Slowness is no error: everything is only later. */
async function isSlow(size: Stage['size'], on: Play, injection: Injection): Promise<void> {
  on.crowd.fault('slow fsync');
  const tracer = await attach(on.server.pid, injection);
  const before = on.crowd.acked;
  await sleep(SLOW_MS[size]);
  await tracer.detach();
  on.result.faults++;
  hold(on.result, on.crowd.acked > before, 'nothing was acknowledged while the disk was slow');
  hold(on.result, on.server.end() === undefined, 'the server ended because the disk was slow');
  await comeBack(on, on.server.end() !== undefined);
}

async function comeBack(on: Play, isGone: boolean): Promise<void> {
  on.crowd.awaitFirstAck({ onNew: isGone });
  const from = performance.now();
  if (isGone) {
    await on.server.kill();
    await on.restart();
  }
  await until('the first ack after a disk error', () => on.crowd.firstAckAt() !== undefined, RECOVERED_MS);
  on.result.recoveriesMs.push((on.crowd.firstAckAt() ?? Infinity) - from);
}
