import type { Random } from '@trialogue/testkit';

/** What is tried with inputs that nobody of ours would send. */
export interface Target {
  /** Also of its folder in the corpus. */
  name: string;
  /** Who says it to whom. */
  title: string;
  /** Inputs of a run: in `npm test`, and in the long one. */
  times: { small: number; full: number };
  open(random: Random, reach: Reach): Promise<Tried>;
}

/** Counts how far inputs get: `read …` for what was let in and used, `refused …` for what was turned away, and why. */
export type Reach = (place: string) => void;

export interface Tried {
  /** Where a long run has to get to. Whatever stays outside of one has tried nothing there. */
  places: readonly string[];
  /** Good inputs, of which bad ones are made. */
  seeds: readonly string[];
  /** Makes a bad one in a way of its own. All that matters is in the input: the same one does the same again. */
  make?(): string;
  /** @throws whatever must not happen. What may be answered is an answer. */
  take(input: string): void | Promise<void>;
  /** How many of the things counted were in it, where that is not one. */
  counts?: () => number;
  /** What can be seen at the end only. @throws as `take` does. */
  end?(): Promise<void>;
  close?(): Promise<void>;
}

/** A promise of the code that did not hold. */
class Broken extends Error {}

/** @throws {Broken} */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Broken(what);
}

/** @throws {Broken} when something has got onto every object there is. */
export function mustBeClean(): void {
  const names = Object.getOwnPropertyNames(Object.prototype).length;
  must(names === CLEAN && !('polluted' in {}), 'a field has got onto Object.prototype');
}
const CLEAN = Object.getOwnPropertyNames(Object.prototype).length;

/** Lets pass what is an answer. @throws anything else. */
export function only<T>(run: () => T, ...kinds: readonly (new (...args: never[]) => Error)[]): T | undefined {
  try {
    return run();
  } catch (error) {
    if (kinds.some((kind) => error instanceof kind)) return undefined;
    throw error;
  }
}
