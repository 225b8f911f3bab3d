import { randomFrom } from '@trialogue/testkit';

import { fixturesOf, keepFixture } from './corpus.ts';
import { watchForHangs } from './hangs.ts';
import { mutate } from './mutate.ts';
import type { Part } from './results.ts';
import type { Target } from './target.ts';

/** After so many a target has shown what it can. */
const BROKEN_MOST = 10;
/** One input that keeps a process busy for so long is harm of its own, on whatever machine. */
const SLOW_MS = 5_000;
/** Of reasons that nobody counted on, so many are told apart. */
const PLACES_MOST = 400;

/** Tries the fixtures of a target, its seeds as they are, and then as many inputs made of them. */
export async function run(target: Target, seed: number, times: number, keep = keepFixture): Promise<Part> {
  const random = randomFrom(seed);
  const startedAt = performance.now();
  const reached = new Map<string, number>();
  const reach = (place: string) => {
    const count = reached.get(place);
    const name = count === undefined && reached.size >= PLACES_MOST ? `${place.split(' ', 1)[0]} (others)` : place;
    reached.set(name, (reached.get(name) ?? 0) + 1);
  };
  const tried = await target.open(random, reach);
  const hangs = watchForHangs(target.name);
  const part: Part = { seed, inputs: 0, seconds: 0, slowestMs: 0, reached: {}, places: tried.places, broken: [] };
  const note = (why: unknown, input: string) => {
    part.broken.push({
      why: wordsOf(why),
      file: keep(target.name, input, why instanceof Error ? why.message : String(why)),
    });
  };
  const take = async (input: string) => {
    const from = performance.now();
    const busyBefore = process.cpuUsage();
    hangs.begin(input);
    try {
      const answer = tried.take(input);
      if (answer) await answer;
    } catch (error) {
      note(error, input);
    }
    hangs.end();
    const ms = performance.now() - from;
    if (ms > SLOW_MS) {
      // A process that others kept from running was not busy.
      const { user, system } = process.cpuUsage(busyBefore);
      const busyMs = Math.round((user + system) / 1000);
      if (busyMs > SLOW_MS) note(`It took ${busyMs} ms.`, input);
    }
    part.slowestMs = Math.max(part.slowestMs, ms);
    part.inputs += tried.counts?.() ?? 1;
  };
  try {
    const fixtures = fixturesOf(target.name);
    const known = [...fixtures, ...tried.seeds];
    for (const input of tried.make ? fixtures : known) await take(input);
    while (part.inputs < times && part.broken.length < BROKEN_MOST) {
      await take(tried.make?.() ?? mutate(random.pick(known), random, known));
    }
    await tried.end?.().catch((error: unknown) => part.broken.push({ why: wordsOf(error) }));
  } finally {
    await hangs.stop();
    await tried.close?.();
  }
  part.seconds = (performance.now() - startedAt) / 1000;
  part.reached = Object.fromEntries([...reached].toSorted(([, one], [, other]) => other - one));
  return part;
}

const wordsOf = (why: unknown): string => (why instanceof Error ? (why.stack ?? why.message) : String(why));
