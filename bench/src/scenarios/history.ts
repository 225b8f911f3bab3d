import { apart } from '../seats.ts';
import type { Pages } from './results.ts';
import { enter, percentilesOf, type Stage } from './stage.ts';

const READERS = 16;
const PAGE = 50;
const FILLING_MS = 60_000;

/** S5: many read the newest page of a long conversation, one page after the other. */
export async function history(stage: Stage): Promise<Pages> {
  const { generators, sizes } = stage;
  const seats = await stage.running.seat(apart(1, READERS + 1));
  const size = sizes.contentSize;
  const [sender, ...readers] = seats;
  if (!sender) throw new Error('nobody is there');
  await enter(stage, [sender], { size, atOnce: 1 });
  const { acked } = await generators.run({
    loop: { inFlight: 64, total: sizes.kept },
    warmUpMs: 0,
    ms: FILLING_MS,
  });
  if (acked < sizes.kept) throw new Error(`only ${acked} of ${sizes.kept} messages were stored within a minute`);
  await generators.leave();
  await enter(stage, readers, { size, atOnce: READERS });
  await generators.readPages(PAGE, sizes.warmUpMs);
  const { pages, seconds, took } = await generators.readPages(PAGE, sizes.calmMs);
  return { perSecond: pages / seconds, ms: percentilesOf(took), kept: sizes.kept };
}
