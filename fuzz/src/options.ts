import { parseArgs } from 'node:util';

import { chosenOf, seedOf, wholeNumber } from '@trialogue/testkit';

export interface Options {
  size: 'small' | 'full';
  /** Names of targets; empty: all. */
  only: string[];
  seed: number;
  /** Inputs of each target, instead of its own number. */
  times: number | undefined;
  /** Folder of what was found: the run is done in parts, each kept there, and goes on where it stood. */
  out: string | undefined;
  /** No part begins after so many. */
  minutes: number;
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
      out: { type: 'string' },
      minutes: { type: 'string' },
    },
  });
  return {
    size: values.small ? 'small' : 'full',
    only: chosenOf(values.only, known),
    seed: seedOf(values.seed),
    times: values.times === undefined ? undefined : wholeNumber('times', values.times, 1, 1_000_000_000),
    out: values.out,
    minutes: values.minutes === undefined ? Infinity : wholeNumber('minutes', values.minutes, 1, 100_000),
  };
}
