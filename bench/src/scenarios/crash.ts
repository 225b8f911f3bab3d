import { sleep } from '../clock.ts';
import { apart } from '../seats.ts';
import type { Crash } from './results.ts';
import { enter, gather, type Stage } from './stage.ts';

const GROUPS = 20;
const RATE = 400;

/** S6: every process of the server is killed in the middle of a conversation. What was acked has to be there afterwards. */
export async function crash(stage: Stage): Promise<Crash> {
  const { generators, running, sizes } = stage;
  const seats = await gather(stage, apart(GROUPS, 5));
  const sending = generators.run({ loop: { rate: RATE }, warmUpMs: 0, ms: sizes.crashMs, keepsIds: true });
  await sleep(sizes.killedAtMs);
  const restartSeconds = await running.crash();
  const { ids: acked } = await sending;
  if (acked.length === 0) throw new Error('nothing was acked before it was killed: nothing could be lost');
  await generators.leave();

  const readers = seats.filter(({ memberOf }) => memberOf.some(({ sends }) => !sends)).filter((_, at) => at % 4 === 0);
  await enter(stage, readers, { size: sizes.contentSize, atOnce: 5 });
  return { ...compared(acked, await generators.readBack()), restartSeconds };
}

/** What was promised and what is there. */
export function compared(acked: readonly string[], there: readonly string[]): Omit<Crash, 'restartSeconds'> {
  const found = new Set(there);
  return {
    acked: acked.length,
    missing: acked.filter((id) => !found.has(id)).length,
    repeated: there.length - found.size,
  };
}
