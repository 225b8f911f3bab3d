import { randomFrom } from '@trialogue/testkit';

import { fixturesOf, keepFixture } from './corpus.ts';
import { mutate } from './mutate.ts';
import type { Target } from './target.ts';

export interface Outcome {
  inputs: number;
  seconds: number;
  /** The input that took longest. */
  slowestMs: number;
  /** What must not happen, and where the input is kept. */
  broken: { why: string; file?: string }[];
}

/** After so many a target has shown what it can. */
const BROKEN_MOST = 10;
/** One input that keeps a process busy for so long is harm of its own, on whatever machine. */
const SLOW_MS = 5_000;

/** Tries the fixtures of a target, its seeds as they are, and then as many inputs made of them. */
export async function run(target: Target, seed: number, times: number, keep = keepFixture): Promise<Outcome> {
  const random = randomFrom(seed);
  const startedAt = performance.now();
  const tried = await target.open(random);
  const outcome: Outcome = { inputs: 0, seconds: 0, slowestMs: 0, broken: [] };
  const note = (why: unknown, input: string) => {
    outcome.broken.push({
      why: wordsOf(why),
      file: keep(target.name, input, why instanceof Error ? why.message : String(why)),
    });
  };
  const take = async (input: string) => {
    const from = performance.now();
    try {
      const answer = tried.take(input);
      if (answer) await answer;
    } catch (error) {
      note(error, input);
    }
    const ms = performance.now() - from;
    if (ms > SLOW_MS) note(`It took ${Math.round(ms)} ms.`, input);
    outcome.slowestMs = Math.max(outcome.slowestMs, ms);
    outcome.inputs += tried.counts?.() ?? 1;
  };
  try {
    const fixtures = fixturesOf(target.name);
    const known = [...fixtures, ...tried.seeds];
    for (const input of tried.make ? fixtures : known) await take(input);
    while (outcome.inputs < times && outcome.broken.length < BROKEN_MOST) {
      await take(tried.make?.() ?? mutate(random.pick(known), random, known));
    }
    await tried.end?.().catch((error: unknown) => outcome.broken.push({ why: wordsOf(error) }));
  } finally {
    await tried.close?.();
  }
  outcome.seconds = (performance.now() - startedAt) / 1000;
  return outcome;
}

const wordsOf = (why: unknown): string => (why instanceof Error ? (why.stack ?? why.message) : String(why));
