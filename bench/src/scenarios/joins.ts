import { apart } from '../seats.ts';
import type { Joins } from './results.ts';
import { enter, used, type Stage } from './stage.ts';

const MIB = 1024 * 1024;
const AT_ONCE = 100;
const SIZE = 300;
/** What was needed to come in, and is needed no more, is let go of in this time. */
const SETTLE_MS = 1_000;

/** S3: many come at once, a hundred at a time. S4: what each costs who is there and silent. */
export async function joins(stage: Stage): Promise<Joins> {
  const { joins, sockets } = stage.sizes;
  const seats = await stage.running.seat(apart(sockets / 5, 5));
  const before = used(stage)?.rssBytes;
  const at = [{ sockets: 0, mib: (before ?? 0) / MIB }];
  const seconds = await enter(stage, seats.slice(0, joins), { size: SIZE, atOnce: AT_ONCE });
  const look = async (count: number) => {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    at.push({ sockets: count, mib: (used(stage)?.rssBytes ?? 0) / MIB });
  };
  await look(joins);
  const stride = Math.ceil((sockets - joins) / 3);
  for (let from = joins; from < sockets; from += stride) {
    const until = Math.min(sockets, from + stride);
    await enter(stage, seats.slice(from, until), { size: SIZE, atOnce: AT_ONCE });
    await look(until);
  }
  if (before === undefined) return { sockets: joins, seconds };
  const kibPerSocket = (((at.at(-1)?.mib ?? 0) - (at[0]?.mib ?? 0)) * 1024) / sockets;
  return { sockets: joins, seconds, memory: { kibPerSocket, at } };
}
