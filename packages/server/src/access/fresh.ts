import { Refused } from '@trialogue/protocol';

/** What was read longer ago allows nothing any more (I36). */
export const FRESH_MS = 5_000;

/**
 * The same store, but what it is slow to read it has not read: an answer that is not there in time is refused
 * `storage.unavailable`, and so is one that was there and that this process slept over. So a node that is cut off from
 * its database lets nobody do anything. Nothing that is read is kept for a second question.
 *
 * What is being written is waited for: nobody can say that it was not done.
 *
 * @param reads the methods that change nothing
 * @param now milliseconds of a clock that never jumps
 */
export function freshReads<Store extends object>(
  store: Store,
  reads: readonly (keyof Store)[],
  now: () => number,
): Store {
  const inTime = reads.map((name) => {
    const read = store[name] as (...args: unknown[]) => Promise<unknown>;
    return [name, (...args: unknown[]) => withinTime(read(...args), now)] as const;
  });
  return { ...store, ...Object.fromEntries(inTime) };
}

function withinTime<T>(answer: Promise<T>, now: () => number): Promise<T> {
  const until = now() + FRESH_MS;
  return new Promise((resolve, reject) => {
    const tooLate = () => reject(new Refused('storage.unavailable'));
    const timer = setTimeout(tooLate, FRESH_MS);
    answer.then((value) => (now() <= until ? resolve(value) : tooLate()), reject).finally(() => clearTimeout(timer));
  });
}
