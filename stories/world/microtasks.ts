import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

setFlagsFromString('--allow-natives-syntax');

/**
 * Runs everything that promises have left to be done, and what that leaves, until nothing is left. A turn of Node's
 * event loop would do the same and takes a hundred times as long, which is most of a world's time. Does nothing
 * when a microtask is what calls it.
 */
export const settle = new Script('() => %PerformMicrotaskCheckpoint()').runInThisContext() as () => void;

/** What a promise that waits for nothing but microtasks gives. */
export function valueOf<T>(promise: Promise<T>): T {
  let outcome: { value: T } | { error: unknown } | undefined;
  promise.then(
    (value) => (outcome = { value }),
    (error: unknown) => (outcome = { error }),
  );
  settle();
  if (!outcome) throw new Error('a promise waits for more than microtasks; nothing in a world may');
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}
