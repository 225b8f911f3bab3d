import { readFileSync } from 'node:fs';

import { WireClient } from '../load/wireClient.ts';
import { hold, type Scenario, type Stage } from '../scenario.ts';
import { comesTrue, percentile, sleep, until } from '../time.ts';
import { play, type Play } from './play.ts';
import { inWords } from './rounds.ts';

/** Long messages fill the buffers of the network, behind which a reader that stands still is seen at all. */
const TEXT_LENGTH = 7_000;
const SENDERS = 4;
const CLOSED_MS = 60_000;
const BACK_MS = 30_000;
const MOST_BYTES = 1.25 * 2 ** 20;
/** Others may wait so much longer, and that is no more than chance. */
const MOST_SLOWER = 1.2;
const CHANCE_MS = 1;
/** Until the server's memory is as large as it stays. */
const WARM_UP_MS = 15_000;

/** R11: readers that stand still cost little memory, and nobody else waits for them (I24, I25). */
export const slowReaders: Scenario = {
  name: 'R11',
  title: 'readers that stand still',
  run(stage) {
    const isFull = stage.size === 'full';
    const members = isFull ? 24 : 10;
    const setup = { limits: isFull ? {} : { unsentMs: 3_000 } };
    const client = { textLength: TEXT_LENGTH, gapMs: () => 40, watches: true };
    return play(stage, { name: 'R11', shape: { groups: 1, members }, setup, client }, async (on) => {
      const { crowd, result } = on;
      crowd.clients.forEach((each, at) => (each.isSending = at < SENDERS));
      const rounds = stage.times ?? (isFull ? 5 : 1);
      if (isFull) await sleep(WARM_UP_MS);
      const alone: number[] = [];
      const beside: number[] = [];
      const costs: number[] = [];
      for (let round = 0; round < rounds; round++) {
        for (const still of isFull ? [1, 10] : [3]) {
          const { before, during, bytesEach } = await standStill(stage, on, still);
          if (still === 1 || !isFull) {
            alone.push(...before);
            beside.push(...during);
          }
          if (still > 1) costs.push(bytesEach);
        }
        stage.say(`${result.faults} readers stood still`);
      }
      const [p99Alone = 0, p99Beside = 0] = [percentile(alone, 0.99), percentile(beside, 0.99)];
      const cost = percentile(costs, 0.5) ?? 0;
      const mib = (cost / 2 ** 20).toFixed(2);
      result.notes.push(
        `others’ delivery p99 ${p99Alone.toFixed(1)} ms without, ${p99Beside.toFixed(1)} ms beside a reader that stands still`,
        `each costs ${mib} MiB (median of ${costs.length})`,
        `closed by: ${inWords(crowd.closes)}`,
      );
      if (!isFull) return;
      hold(result, p99Beside <= p99Alone * MOST_SLOWER + CHANCE_MS, 'others wait for a reader that stands still (I24)');
      hold(result, cost <= MOST_BYTES, `a reader that stands still costs ${mib} MiB; promised: 1.25 (I24)`);
    });
  },
};

async function standStill({ size, random }: Stage, on: Play, count: number) {
  const { crowd, result, server } = on;
  const wires = crowd.clients.filter((client): client is WireClient => client instanceof WireClient);
  const others = wires.slice(0, -count);
  const still = wires.slice(-count);
  const windowMs = size === 'full' ? 6_000 : 1_500;
  const watch = async (isOver: () => boolean, leastMs: number, mostMs: number) => {
    const startedAt = performance.now();
    let rss = 0;
    for (const client of others) client.takeDelays();
    while (performance.now() - startedAt < mostMs && (performance.now() - startedAt < leastMs || !isOver())) {
      rss = Math.max(rss, rssOf(server.pid));
      await sleep(100);
    }
    return { rss, delays: others.flatMap((client) => client.takeDelays()) };
  };

  await sleep(random.between(0, 500));
  const before = await watch(() => true, windowMs, windowMs);
  crowd.fault(`${count} readers stand still`);
  const open = await counted(on, OPEN);
  const closed = async () => (await counted(on, SLOW)) + (await counted(on, SILENT));
  const closedBefore = await closed();
  for (const client of still) client.pauseReading();
  result.faults += count;
  let now = open;
  const counting = setInterval(() => void counted(on, OPEN).then((sockets) => (now = sockets)), 500);
  const during = await watch(() => now <= open - count, windowMs, CLOSED_MS);
  clearInterval(counting);
  hold(result, now <= open - count, 'the server keeps a socket that nobody reads (I24)');
  hold(
    result,
    (await closed()) >= closedBefore + count,
    'it was closed neither as slow, 4008, nor as silent, 4012 (I24)',
  );
  crowd.fault('they read again');
  const at = performance.now();
  for (const client of still) client.resumeReading();
  const isBack = await comesTrue(() => still.every((client) => (client.homeSince() ?? 0) >= at), BACK_MS);
  hold(result, isBack, 'a reader that stood still does not come back');
  await until('everybody caught up', () => crowd.isHome(0), BACK_MS);
  result.convergencesMs.push(performance.now() - at);
  return { before: before.delays, during: during.delays, bytesEach: Math.max(0, during.rss - before.rss) / count };
}

const PAGE_BYTES = 4096;
const rssOf = (pid: number): number => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;

const OPEN = /^trialogue_sockets (\d+)$/m;
const SLOW = /^trialogue_sockets_closed_total\{reason="slow"\} (\d+)$/m;
/** On a busy machine the network's own buffers may last until a pong is due. */
const SILENT = /^trialogue_sockets_closed_total\{reason="silent"\} (\d+)$/m;

/** What the server itself counts. The reader cannot say why it was closed: it does not read. */
async function counted({ server }: Play, what: RegExp): Promise<number> {
  const text = await (await fetch(`${server.origin}/metrics`)).text();
  return Number(what.exec(text)?.[1] ?? 0);
}
