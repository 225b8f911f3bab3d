import { parseArgs } from 'node:util';

import { chosenOf, seedOf, wholeNumber } from '@trialogue/testkit';

export interface Options {
  size: 'quick' | 'full';
  /** Names of scenarios; empty: all. */
  only: string[];
  seed: number;
  times: number | undefined;
  /** Keeps the histories of what passed, too. */
  keep: boolean;
  /** Where results and the histories of failed runs go; absent: a new temporary folder. */
  out: string | undefined;
  /** The folder of a built server to take instead of building one. */
  server: string | undefined;
}

/** @throws {Error} naming the option that is wrong, and what was expected. */
export function readOptions(args: string[], known: readonly string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string' },
      times: { type: 'string' },
      out: { type: 'string' },
      keep: { type: 'boolean', default: false },
      server: { type: 'string' },
    },
  });
  if (values.quick && values.full) throw new Error('--quick and --full: expected one of them.');
  return {
    size: values.quick ? 'quick' : 'full',
    only: chosenOf(values.only, known),
    seed: seedOf(values.seed),
    times: values.times === undefined ? undefined : wholeNumber('times', values.times, 1, 1_000_000),
    keep: values.keep,
    out: values.out,
    server: values.server,
  };
}
