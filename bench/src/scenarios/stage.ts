import { now, sleep } from '../clock.ts';
import { coresBusy, usedBy, type Used } from '../cpu.ts';
import type { Phase } from '../generator/crowd.ts';
import type { Generators, Seen } from '../generators.ts';
import { percentile, type Histogram } from '../histogram.ts';
import type { Plan, Seat } from '../seats.ts';
import type { Running, Side } from '../sides/side.ts';
import type { Percentiles, Step } from './results.ts';
import type { Sizes } from './sizes.ts';

const MIB = 1024 * 1024;
type Timed = Omit<Phase, 'startAt'>;
/** A delivery that takes longer is too late. */
const LATE_MS = 200;

/** A fresh server with nobody on it yet, and those who will put load on it. */
export interface Stage {
  side: Side;
  running: Running;
  generators: Generators;
  sizes: Sizes;
  /** Messages a second at which to look, instead of searching for the limit. */
  rate?: number;
  /** The server's processes, as they are now. */
  pids: () => number[];
  say: (line: string) => void;
}

export const used = ({ pids }: Stage): Used | undefined => usedBy(pids());

/** Makes everybody known, and signs them in. */
export async function gather(
  stage: Stage,
  plan: Plan,
  { size = stage.sizes.contentSize, atOnce = 50 } = {},
): Promise<Seat[]> {
  const seats = await stage.running.seat(plan);
  await enter(stage, seats, { size, atOnce });
  return seats;
}

export const enter = (
  { generators, running, side }: Stage,
  seats: Seat[],
  { size, atOnce }: { size: number; atOnce: number },
): Promise<number> => generators.gather({ origin: running.origin, dialect: side.dialect, seats, size, atOnce });

/** Of a core: so little is the work of a server on which nobody sends. */
const CALM_CORES = 0.2;
const CALM_LOOK_MS = 500;
const CALM_MOST_MS = 60_000;

/** Waits until the server has worked off what it was given too much of: the next figure is to be of the next load. */
export async function calm(stage: Stage): Promise<void> {
  const until = now() + CALM_MOST_MS;
  for (let before = used(stage); before && now() < until;) {
    await sleep(CALM_LOOK_MS);
    const after = used(stage);
    if (!after || after.cpuSeconds - before.cpuSeconds < (CALM_CORES * CALM_LOOK_MS) / 1000) return;
    before = after;
  }
}

/** Runs one phase, and watches the server meanwhile. */
export async function measure(stage: Stage, phase: Timed): Promise<Step & { seen: Seen }> {
  const running = stage.generators.run(phase);
  const watching = watch(stage, phase);
  const [seen, watched] = await Promise.all([
    running,
    watching.done.catch(() => undefined),
    running.then(watching.end),
  ]);
  return { ...stepOf(phase, seen, watched), seen };
}

interface Watched {
  seconds: number;
  cpuSeconds: number | undefined;
  rssBytes: number | undefined;
  coresBusy: number[];
}

/** From the end of the warm-up to the end of the phase, or until it ends before its time. */
function watch(stage: Stage, { warmUpMs, ms }: Timed): { done: Promise<Watched>; end: () => void } {
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const done = (async () => {
    await sleep(warmUpMs);
    const [before, cores, from] = [used(stage), coresBusy(), now()];
    await Promise.race([sleep(ms), ended]);
    const [after, coresAfter] = [used(stage), coresBusy()];
    const seconds = (now() - from) / 1000;
    return {
      seconds,
      cpuSeconds: before && after && after.cpuSeconds - before.cpuSeconds,
      rssBytes: after?.rssBytes,
      coresBusy: coresAfter.map((busy, core) => (busy - (cores[core] ?? 0)) / seconds),
    };
  })();
  return { done, end };
}

function stepOf(phase: Timed, seen: Seen, watched: Watched | undefined): Step {
  const { deliveredInTime, ackedInTime, seconds, cpuSeconds, busy, missing, outOfOrder, wrong, gaveUp } = seen;
  const deliveryMs = percentilesOf(seen.deliveries);
  const serverCores = watched?.cpuSeconds === undefined ? undefined : watched.cpuSeconds / watched.seconds;
  const deliveriesPerSecond = deliveredInTime / seconds;
  return {
    rate: 'rate' in phase.loop ? phase.loop.rate : ackedInTime / seconds,
    passed: !gaveUp && missing === 0 && wrong.length === 0 && (deliveryMs.p99 ?? Infinity) < LATE_MS,
    deliveriesPerSecond,
    ackMs: percentilesOf(seen.acks),
    deliveryMs,
    serverCores,
    cpuPer100k: serverCores === undefined ? undefined : (serverCores / deliveriesPerSecond) * 100_000,
    rssMiB: watched?.rssBytes === undefined ? undefined : watched.rssBytes / MIB,
    generatorCores: cpuSeconds / seconds,
    generatorBusy: busy,
    lagP99Ms: percentile(seen.lag, 0.99),
    coresBusy: watched?.coresBusy ?? [],
    missing,
    outOfOrder,
    wrong,
  };
}

export const percentilesOf = (histogram: Histogram): Percentiles => ({
  p50: percentile(histogram, 0.5),
  p90: percentile(histogram, 0.9),
  p99: percentile(histogram, 0.99),
  p999: percentile(histogram, 0.999),
});

/** Without what only the search needs. */
export function kept({ seen: _, ...step }: Step & { seen: Seen }): Step {
  return step;
}
