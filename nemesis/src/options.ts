import { parseArgs } from 'node:util';

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
  const whole = (name: string, text: string, least: number, most: number): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new Error(`--${name} is ${JSON.stringify(text)}. Expected: a whole number from ${least} to ${most}.`);
  };
  const only = values.only.flatMap((names) => names.split(',')).filter(Boolean);
  const unknown = only.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`--only names ${unknown.join(', ')}. Expected: some of ${known.join(', ')}.`);
  return {
    size: values.quick ? 'quick' : 'full',
    only,
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : whole('seed', values.seed, 0, 2 ** 31),
    times: values.times === undefined ? undefined : whole('times', values.times, 1, 1_000_000),
    keep: values.keep,
    out: values.out,
    server: values.server,
  };
}
