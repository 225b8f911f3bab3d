import { Refused } from '@trialogue/protocol';

/** More in one transaction would only make the first one wait. */
const CALLS_PER_BATCH = 128;
/** Transactions at once: while one waits for the disk, another is made ready. */
const BATCHES_AT_ONCE = 3;
/** Calls that wait, after which more are refused: memory is not a queue. */
const MOST_WAITING = 10_000;

/** What became of one call. A refusal of one is nothing to the others; `alone` has to be tried by itself. */
export type Outcome<Answer> = { answer: Answer } | { refused: Refused } | 'alone';

interface Waiting<Call, Answer> {
  call: Call;
  key: string;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

export interface Batches<Call, Answer> {
  add(call: Call): Promise<Answer>;
  waiting(): number;
  idle(): Promise<void>;
}

/**
 * Takes whatever came while others were being committed into the next transaction. What is about the same is in one of
 * them at a time, so that it is done in the order in which it came (I10).
 */
export function createBatches<Call, Answer>(at: {
  /** What a call is about. */
  keyOf: (call: Call) => string;
  /** Whether calls about the same may share a transaction. */
  mayShare: boolean;
  /** All in one transaction. @throws what keeps all of them from being done */
  together: (calls: readonly Call[]) => Promise<Outcome<Answer>[]>;
  /** One in a transaction of its own, as when a whole batch failed on something that is not about the database. */
  alone: (call: Call) => Promise<Answer>;
  onCommit?: (commit: { calls: number; seconds: number }) => void;
}): Batches<Call, Answer> {
  let waiting: Waiting<Call, Answer>[] = [];
  const busy = new Set<string>();
  let underWay = 0;
  let running = 0;
  let isStarting = false;
  let rested: (() => void)[] = [];

  const start = () => {
    isStarting = false;
    while (running < BATCHES_AT_ONCE) {
      const batch = takeBatch();
      if (batch.length === 0) break;
      running += 1;
      void run(batch).then((left) => {
        running -= 1;
        for (const one of batch) if (!left.includes(one)) done(one);
        for (const one of left) {
          void alone(one).then(() => {
            done(one);
            start();
          });
        }
        start();
      });
    }
    if (underWay === 0) {
      for (const tell of rested) tell();
      rested = [];
    }
  };

  const done = ({ key }: Waiting<Call, Answer>) => {
    busy.delete(key);
    underWay -= 1;
  };
  const alone = ({ call, resolve, reject }: Waiting<Call, Answer>) => at.alone(call).then(resolve, reject);

  const takeBatch = (): Waiting<Call, Answer>[] => {
    const batch: Waiting<Call, Answer>[] = [];
    const taken = new Set<string>();
    const rest: Waiting<Call, Answer>[] = [];
    for (const one of waiting) {
      const isFree = !busy.has(one.key) && (at.mayShare || !taken.has(one.key));
      if (batch.length < CALLS_PER_BATCH && isFree) {
        batch.push(one);
        taken.add(one.key);
      } else rest.push(one);
    }
    // Of what is about the same and did not all find room, the rest waits for this batch.
    for (const key of taken) busy.add(key);
    waiting = rest;
    return batch;
  };

  /** @returns what is still to be done alone */
  const run = async (batch: Waiting<Call, Answer>[]): Promise<Waiting<Call, Answer>[]> => {
    const from = performance.now();
    try {
      const outcomes = await at.together(batch.map(({ call }) => call));
      at.onCommit?.({ calls: batch.length, seconds: (performance.now() - from) / 1000 });
      return batch.filter((one, index) => {
        const outcome = outcomes[index];
        if (outcome === 'alone') return true;
        if (outcome && 'answer' in outcome) one.resolve(outcome.answer);
        else one.reject(outcome?.refused ?? new Error('a call had no outcome'));
        return false;
      });
    } catch (error) {
      if (error instanceof Refused || batch.length === 1 || (error as Error).name === 'OutcomeUnknown') {
        for (const one of batch) one.reject(error);
      } else {
        // A bug in one of them: the others must not pay for it. In their order, as some are about the same.
        for (const one of batch) await alone(one);
      }
      return [];
    }
  };

  return {
    add: (call) =>
      new Promise((resolve, reject) => {
        if (underWay >= MOST_WAITING) return reject(new Refused('storage.unavailable'));
        underWay += 1;
        waiting.push({ call, key: at.keyOf(call), resolve, reject });
        if (isStarting) return;
        isStarting = true;
        // Whatever else comes in this turn travels along.
        setImmediate(start);
      }),
    waiting: () => underWay,
    idle: () => (underWay === 0 ? Promise.resolve() : new Promise((resolve) => rested.push(resolve))),
  };
}
