import { apart, overlapping, type Plan } from '../seats.ts';
import type { CrowdLimit, Limit, Step } from './results.ts';
import { findLimit } from './search.ts';
import { calm, gather, kept, measure, type Stage } from './stage.ts';

const MOST_PER_SECOND = 200_000;
/** From one first rate to the next: twice too much is worked off soon, and four times too much is not. */
const FACTOR = 2;
/** So much of a second's messages may wait for their ack; with more p99 cannot be below 200 ms. */
const WAITING_SHARE = 0.6;
const WAITING_LEAST = 40;
/** Fewer say nothing. */
const MESSAGES_LEAST = 5;

/** S1: groups of five, one of them sends. */
export async function manyGroups(stage: Stage): Promise<Limit> {
  await gather(stage, apart(stage.sizes.groups, 5));
  const limit = await limitOf(stage, 100);
  // What everybody here can do, and who cannot the most of it.
  const fixed = await atRate(stage, Math.min(400, limit.held.rate / 2), stage.sizes.calmMs);
  return { ...limit, fixed };
}

/** S2: one large group, one of them sends. */
export async function oneCrowd(stage: Stage): Promise<CrowdLimit> {
  await gather(stage, apart(1, stage.sizes.crowd));
  const limit = await limitOf(stage, 4);
  const inFlight = async (inFlight: number) =>
    kept(await measure(stage, { loop: { inFlight }, warmUpMs: stage.sizes.warmUpMs, ms: stage.sizes.stepMs }));
  return { ...limit, closed: { one: await inFlight(1), eight: await inFlight(8) } };
}

/** S8: everybody is in ten groups, and sends in one. */
export async function tenGroupsEach(stage: Stage): Promise<Limit> {
  const plan: Plan = overlapping(stage.sizes.users, 10);
  await gather(stage, plan);
  return limitOf(stage, 50);
}

async function limitOf(stage: Stage, start: number): Promise<Limit> {
  const { sizes, say } = stage;
  const lengths = { probe: sizes.probeMs, step: sizes.stepMs, hold: sizes.holdMs };
  // Programs run slowly until they have run for a while, the generator too.
  await atRate(stage, start, sizes.probeMs);
  if (stage.rate !== undefined) return aroundRate(stage, stage.rate);
  const { rate, held, tried } = await findLimit(
    { start, most: MOST_PER_SECOND, factor: FACTOR, precision: sizes.precision },
    async (rate, kind) => {
      const step = await atRate(stage, rate, lengths[kind]);
      say(`${kind.padEnd(5)} ${described(step)}`);
      if (!step.passed) await calm(stage);
      return step;
    },
  );
  const half = await atRate(stage, rate / 2, sizes.calmMs);
  say(`half  ${described(half)}`);
  return { held, half, stoppedBy: stoppedBy(held), tried };
}

/** Without a search: what a given rate costs, for a profile or two builds. */
async function aroundRate(stage: Stage, rate: number): Promise<Limit> {
  const held = await atRate(stage, rate, stage.sizes.holdMs);
  stage.say(`held  ${described(held)}`);
  const half = await atRate(stage, rate / 2, stage.sizes.calmMs);
  stage.say(`half  ${described(half)}`);
  return { held, half, stoppedBy: 'nothing: the rate was given', tried: [] };
}

async function atRate(stage: Stage, rate: number, ms: number): Promise<Step> {
  const waitingMost = Math.max(WAITING_LEAST, rate * WAITING_SHARE);
  const longEnough = Math.max(ms, (MESSAGES_LEAST / rate) * 1000);
  return kept(await measure(stage, { loop: { rate }, warmUpMs: stage.sizes.warmUpMs, ms: longEnough, waitingMost }));
}

export function stoppedBy({
  serverCores = 0,
  generatorBusy,
  coresBusy: [core = 0],
}: Pick<Step, 'serverCores' | 'generatorBusy' | 'coresBusy'>): string {
  if (generatorBusy > 0.95) return serverCores > 0.9 ? 'both cores' : 'the generator: the limit is higher';
  if (serverCores > 0.9) return "the server's core";
  return core > 0.95 ? "the server's core, which others used too" : 'waiting (disk, or turns)';
}

const described = ({ rate, deliveriesPerSecond, deliveryMs, serverCores, generatorBusy, passed, wrong }: Step) =>
  `${passed ? '✓' : '✗'} ${rate.toFixed(0).padStart(6)} msg/s  ${deliveriesPerSecond.toFixed(0).padStart(7)} deliveries/s` +
  `  p99 ${deliveryMs.p99?.toFixed(0).padStart(4) ?? '–'} ms  server ${serverCores?.toFixed(2) ?? '?'}  generator ${generatorBusy.toFixed(2)}` +
  (wrong.length > 0 ? `  ${wrong[0]}` : '');
