import { parseArgs } from 'node:util';

import { chosenOf, seedOf, wholeNumber } from '@trialogue/testkit';

export interface Options {
  size: 'small' | 'full';
  /** Names of targets; empty: all. */
  only: string[];
  seed: number;
  /** Inputs of each target, instead of its own number. */
  times: number | undefined;
}

/** @throws {Error} naming the option that is wrong, and what was expected. */
export function readOptions(args: string[], known: readonly string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      small: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string' },
      times: { type: 'string' },
    },
  });
  return {
    size: values.small ? 'small' : 'full',
    only: chosenOf(values.only, known),
    seed: seedOf(values.seed),
    times: values.times === undefined ? undefined : wholeNumber('times', values.times, 1, 1_000_000_000),
  };
}
