/** A crowd that lost its servers at one moment, and comes back. */
export interface Storm {
  clients: number;
  /** Sockets a second that are let in, all nodes together. */
  letInPerSecond: number;
  /** Questions to PostgreSQL that one who is let in asks; and how many it answers in a second. */
  readsEach: number;
  readsPerSecond: number;
  /** How long each waits before the try of that number: anywhere between the two, in ms. */
  waitMs: (attempt: number) => readonly [least: number, most: number];
  /** The servers are away for so long before there are others. */
  awayMs?: number;
}

export interface Course {
  /** Of each step: tries in it, clients that are back after it, and questions that wait for PostgreSQL. */
  steps: { atMs: number; tries: number; back: number; waiting: number }[];
  /** When so many were back; undefined: not within the time. */
  halfBackMs: number | undefined;
  allButOneOfHundredMs: number | undefined;
  /** Most tries in one second. */
  worstSecond: number;
  /** Questions that waited for PostgreSQL at the worst moment, in seconds of its work. */
  worstQueueSeconds: number;
}

const STEP_MS = 100;
const FIRST_MS = 500;
const LONGEST_MS = 30_000;

const bound = (attempt: number) => Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
/** As the SDK waits (sdk/connection/backoff.ts). */
export const fullJitter = (attempt: number) => [0, bound(attempt)] as const;
/** As many wait: the same times for all. */
export const noJitter = (attempt: number) => [bound(attempt), bound(attempt)] as const;

/**
 * Counts people instead of following each: of those who try in one step as many are let in as may be, the others wait
 * according to how often they have tried. No chance in it, so a million clients cost as much as a thousand.
 */
export function weather(storm: Storm, forMs = 15 * 60_000): Course {
  const last = Math.ceil(forMs / STEP_MS);
  /** Who tries in a step, by the number of the try. */
  const due: Map<number, number>[] = Array.from({ length: last + 1 }, () => new Map());
  const goAway = (from: number, attempt: number, clients: number) => {
    const [least, most] = storm.waitMs(attempt).map((ms) => Math.max(1, Math.round(ms / STEP_MS))) as [number, number];
    const count = most - least + 1;
    for (let step = from + least; step <= from + most; step++) {
      if (step > last) return;
      const there = due[step] as Map<number, number>;
      there.set(attempt, (there.get(attempt) ?? 0) + clients / count);
    }
  };
  goAway(0, 0, storm.clients);

  const perStep = (storm.letInPerSecond * STEP_MS) / 1000;
  const readsPerStep = (storm.readsPerSecond * STEP_MS) / 1000;
  const steps: Course['steps'] = [];
  let back = 0;
  let waiting = 0;
  let allowance = 0;
  for (let at = 1; at <= last; at++) {
    const trying = due[at] as Map<number, number>;
    const tries = [...trying.values()].reduce((sum, each) => sum + each, 0);
    const isAway = at * STEP_MS <= (storm.awayMs ?? 0);
    // A bucket of one second, as a node has one.
    allowance = isAway ? 0 : Math.min(storm.letInPerSecond, allowance + perStep);
    const letIn = Math.min(tries, allowance);
    allowance -= letIn;
    back += letIn;
    waiting = Math.max(0, waiting + letIn * storm.readsEach - readsPerStep);
    for (const [attempt, clients] of trying) {
      const turnedAway = tries === 0 ? 0 : clients * (1 - letIn / tries);
      if (turnedAway > 0) goAway(at, Math.min(attempt + 1, 10), turnedAway);
    }
    steps.push({ atMs: at * STEP_MS, tries, back, waiting });
  }
  return {
    steps,
    halfBackMs: steps.find((step) => step.back >= storm.clients / 2)?.atMs,
    allButOneOfHundredMs: steps.find((step) => step.back >= storm.clients * 0.99)?.atMs,
    worstSecond: worstSecond(steps.map(({ tries }) => tries)),
    worstQueueSeconds: Math.max(...steps.map((step) => step.waiting)) / storm.readsPerSecond,
  };
}

function worstSecond(tries: readonly number[]): number {
  const inSecond = 1000 / STEP_MS;
  let sum = 0;
  let worst = 0;
  tries.forEach((each, at) => {
    sum += each - (tries[at - inSecond] ?? 0);
    worst = Math.max(worst, sum);
  });
  return worst;
}
