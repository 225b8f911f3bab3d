import { parseArgs } from 'node:util';

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
  const whole = (name: string, text: string, least: number, most: number): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new Error(`--${name} is ${JSON.stringify(text)}. Expected: a whole number from ${least} to ${most}.`);
  };
  const only = values.only.flatMap((names) => names.split(',')).filter(Boolean);
  const unknown = only.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`--only names ${unknown.join(', ')}. Expected: some of ${known.join(', ')}.`);
  return {
    size: values.small ? 'small' : 'full',
    only,
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : whole('seed', values.seed, 0, 2 ** 31),
    times: values.times === undefined ? undefined : whole('times', values.times, 1, 1_000_000_000),
  };
}
