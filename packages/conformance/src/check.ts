import type { Stage } from './stage/stage.ts';

/** One thing that a server must do, and how to see from outside whether it does. */
export interface Check {
  /** Invariants (`I4`) or clauses of PROTOCOL.md (`§2.2`); the first says where it stands in the table. */
  about: readonly [string, ...string[]];
  /** What holds, in plain words. */
  title: string;
  /** It waits for the server's long timers, or makes hundreds of things: only with `--slow`. */
  isSlow?: boolean;
  /** `alone`: nothing else runs meanwhile. `last`: looks back on what all the others have seen. */
  when?: 'alone' | 'last';
  /**
   * @returns what it did, in a few words.
   * @throws {Failed} when the server does otherwise; {Skipped} when that cannot be seen here.
   */
  run(at: Stage): Promise<string>;
}

/** The server does otherwise. Holds the smallest witness. */
export class Failed extends Error {
  readonly expected: string;
  readonly seen: string;

  constructor(expected: string, seen: string) {
    super(`expected ${expected}; seen ${seen}`);
    this.name = 'Failed';
    this.expected = expected;
    this.seen = seen;
  }
}

/** It cannot be seen on this server; the message says why. */
export class Skipped extends Error {}

/** @throws {Failed} unless it is so. */
export function must(isSo: boolean, expected: string, seen: string | (() => string)): asserts isSo {
  if (!isSo) throw new Failed(expected, typeof seen === 'string' ? seen : seen());
}

/** @throws {Failed} when the two differ; `what` names them. */
export function mustBe<T extends string | number | boolean | undefined>(what: string, seen: T, expected: T): void {
  if (seen !== expected) throw new Failed(`${what} ${String(expected)}`, String(seen));
}
