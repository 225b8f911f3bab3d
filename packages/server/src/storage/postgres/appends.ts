import { Refused, type AppId, type DlgId } from '@trialogue/protocol';

import type { Accepted } from '../../chat/ports.ts';
import type { Append, Outcome } from './appendTogether.ts';

/** More in one transaction would only make the first one wait. */
const MESSAGES_PER_BATCH = 128;
/** Transactions at once: while one waits for the disk, another is made ready. */
const BATCHES_AT_ONCE = 3;
/** Messages that wait, after which more are refused: memory is not a queue. */
const MOST_WAITING = 10_000;

interface Waiting {
  append: Append;
  place: string;
  resolve: (accepted: Accepted) => void;
  reject: (error: unknown) => void;
}

const placeOf = (appId: AppId, dlgId: DlgId) => `${appId}\n${dlgId}`;

/**
 * Takes whatever came while others were being committed into the next transaction. A conversation is in one of them at a
 * time, so that its messages are stored in the order in which they came (I10).
 */
export function createAppends(at: {
  /** All in one transaction. @throws what keeps all of them from being stored */
  together: (appends: readonly Append[]) => Promise<Outcome[]>;
  /** One in a transaction of its own, when a whole batch failed on something that is not about the database. */
  alone: (append: Append) => Promise<Accepted>;
  onCommit?: (commit: { calls: number; seconds: number }) => void;
}): { append(...append: Append): Promise<Accepted>; waiting(): number; idle(): Promise<void> } {
  let waiting: Waiting[] = [];
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
      void run(batch).finally(() => {
        running -= 1;
        for (const { place } of batch) busy.delete(place);
        start();
      });
    }
    if (underWay === 0) {
      for (const tell of rested) tell();
      rested = [];
    }
  };

  const takeBatch = (): Waiting[] => {
    const batch: Waiting[] = [];
    const taken = new Set<string>();
    const rest: Waiting[] = [];
    for (const one of waiting) {
      if (batch.length < MESSAGES_PER_BATCH && !busy.has(one.place)) {
        batch.push(one);
        taken.add(one.place);
      } else rest.push(one);
    }
    // Of a conversation whose messages did not all find room, the rest waits for this batch.
    for (const place of taken) busy.add(place);
    waiting = rest;
    return batch;
  };

  const run = async (batch: Waiting[]) => {
    const from = performance.now();
    try {
      const outcomes = await at.together(batch.map(({ append }) => append));
      at.onCommit?.({ calls: batch.length, seconds: (performance.now() - from) / 1000 });
      batch.forEach((one, index) => {
        const outcome = outcomes[index];
        if (outcome && 'accepted' in outcome) one.resolve(outcome.accepted);
        else one.reject(outcome?.refused ?? new Error('a message had no outcome'));
      });
    } catch (error) {
      if (error instanceof Refused || batch.length === 1 || (error as Error).name === 'OutcomeUnknown') {
        for (const one of batch) one.reject(error);
      } else {
        // A bug in one of them: the others must not pay for it.
        for (const one of batch) await at.alone(one.append).then(one.resolve, one.reject);
      }
    } finally {
      underWay -= batch.length;
    }
  };

  return {
    append: (...append) =>
      new Promise((resolve, reject) => {
        if (underWay >= MOST_WAITING) return reject(new Refused('storage.unavailable'));
        const [{ appId }, dlgId] = append;
        underWay += 1;
        waiting.push({ append, place: placeOf(appId, dlgId), resolve, reject });
        if (isStarting) return;
        isStarting = true;
        // Whatever else comes in this turn travels along.
        setImmediate(start);
      }),
    waiting: () => underWay,
    idle: () => (underWay === 0 ? Promise.resolve() : new Promise((resolve) => rested.push(resolve))),
  };
}
