import { Failed, Skipped, type Check } from './check.ts';
import { Stage, type Server } from './stage/stage.ts';

export interface Result {
  about: readonly string[];
  title: string;
  outcome: 'pass' | 'fail' | 'skip';
  /** What it did; or why it was skipped. */
  did: string;
  /** Of a failure: the smallest witness. */
  expected?: string;
  seen?: string;
  ms: number;
}

/** As many as a small machine can do without one check slowing down the deadlines of another. */
const AT_ONCE = 6;
/** Longer than every patience inside a check. */
const LONGEST_MS = 90_000;

/**
 * Runs the checks, several at a time; those that want to be alone after them, then those that look back.
 * @param prefix of all names that it makes
 */
export async function runAll(
  checks: readonly Check[],
  server: Server,
  prefix: string,
  onDone: (result: Result) => void = () => {},
): Promise<Result[]> {
  const results: Result[] = [];
  const one = async (check: Check) => {
    const result = await runOne(check, new Stage(server, `${prefix}-${checks.indexOf(check)}`));
    results.push(result);
    onDone(result);
  };
  // The long ones first: the short ones fill up the time beside them.
  const together = checks.filter(({ when }) => when === undefined);
  const work = [...together.filter(({ isSlow }) => isSlow), ...together.filter(({ isSlow }) => !isSlow)].values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const check of work) await one(check);
    }),
  );
  for (const when of ['alone', 'last']) for (const check of checks) if (check.when === when) await one(check);
  return results;
}

async function runOne(check: Check, stage: Stage): Promise<Result> {
  const { about, title } = check;
  const from = performance.now();
  const end = (rest: Pick<Result, 'outcome' | 'did' | 'expected' | 'seen'>): Result => ({
    about,
    title,
    ms: Math.round(performance.now() - from),
    ...rest,
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Failed(`an end within ${LONGEST_MS / 1000} s`, 'still under way')), LONGEST_MS);
  });
  try {
    return end({ outcome: 'pass', did: await Promise.race([check.run(stage), late]) });
  } catch (error) {
    if (error instanceof Skipped) return end({ outcome: 'skip', did: error.message });
    if (error instanceof Failed) return end({ outcome: 'fail', did: '', expected: error.expected, seen: error.seen });
    // An answer of a shape that nobody expected breaks the check: that is an answer that is wrong.
    return end({
      outcome: 'fail',
      did: '',
      expected: 'answers that can be read',
      seen: String((error as Error).stack ?? error)
        .split('\n', 3)
        .join(' '),
    });
  } finally {
    clearTimeout(timer);
    stage.clear();
  }
}
