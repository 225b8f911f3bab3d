import { apart } from '../seats.ts';
import type { Slow } from './results.ts';
import { gather, measure, used, type Stage } from './stage.ts';

const MIB = 1024 * 1024;
const MEMBERS = 100;
const STALLED = 20;
const SIZE = 4_000;
const RATE = 300;

/** S7: a fifth of a group stops reading. What it costs the server, and the others. */
export async function slowReaders(stage: Stage): Promise<Slow> {
  const { generators, sizes } = stage;
  const seats = await gather(stage, apart(1, MEMBERS), { size: SIZE });
  const phase = { loop: { rate: RATE }, warmUpMs: sizes.warmUpMs };
  const calm = await measure(stage, { ...phase, ms: sizes.calmMs });
  const before = used(stage)?.rssBytes;
  await generators.stall(seats.slice(-STALLED).map(({ userId }) => userId));
  const stalled = await measure(stage, { ...phase, ms: sizes.slowMs });
  const after = used(stage)?.rssBytes;
  return {
    slow: STALLED,
    p99BeforeMs: calm.deliveryMs.p99,
    p99WithMs: stalled.deliveryMs.p99,
    missing: stalled.missing,
    grownMiB: before !== undefined && after !== undefined ? (after - before) / MIB : undefined,
  };
}
