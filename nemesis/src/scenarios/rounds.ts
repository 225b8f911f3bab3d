import { addAnomalies, emptyResult, hold, type Result } from '../scenario.ts';

/**
 * Plays many faults in rounds, each with a server and people of its own, and adds up what came of them. So a long run does not end
 * with one history that nobody can hold in memory.
 *
 * @param play gets how many faults the round has, and how many there were before
 * @param said called with the sums after each round
 */
export async function inRounds(
  times: number,
  aRound: number,
  play: (faults: number, before: number) => Promise<Result>,
  said: (all: Result) => void,
): Promise<Result> {
  const all = emptyResult();
  for (let before = 0; before < times; before += aRound) {
    mergeInto(all, await play(Math.min(aRound, times - before), before));
    said(all);
  }
  return all;
}

export function mergeInto(all: Result, one: Result): void {
  all.faults += one.faults;
  all.acked += one.acked;
  all.received += one.received;
  all.recoveriesMs.push(...one.recoveriesMs);
  all.convergencesMs.push(...one.convergencesMs);
  all.notes = one.notes;
  all.histories.push(...one.histories);
  addAnomalies(all, one.anomalies);
  for (const broken of one.broken) hold(all, false, broken);
}

/** `4001 × 30, 1006 × 2`. */
export const inWords = (counts: Iterable<readonly [string | number, number]>): string =>
  [...counts].map(([what, count]) => `${what} × ${count}`).join(', ') || 'none';
