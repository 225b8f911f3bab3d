import { parseArgs } from 'node:util';

import { scenarios, type Scenario } from './sides/side.ts';

export interface Options {
  /** About two minutes instead of twenty: says whether everything works, and little of how well. */
  quick: boolean;
  /** Ids of sides; absent: Trialogue alone, or all with `--peers`. */
  sides?: string[];
  peers: boolean;
  only: readonly Scenario[];
  /** Writes the figures into docs/PERFORMANCE.md and docs/performance/. */
  page: boolean;
  /** Another build of the server (its main.js) to compare with, such as the last release. */
  against?: string;
  /** The build of the server that is measured; absent: the one in packages/server/dist. */
  server?: string;
  /** Messages a second at which S1, S2 and S8 look, instead of searching for the limit. */
  rate?: number;
  /** A folder: the server leaves a CPU profile of each scenario there, and runs slower. */
  profile?: string;
  out: string;
}

/** @throws {Error} naming the option that is wrong, and what was expected. */
export function readOptions(args: string[], knownSides: readonly string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      page: { type: 'boolean', default: false },
      sides: { type: 'string' },
      only: { type: 'string' },
      against: { type: 'string' },
      server: { type: 'string' },
      rate: { type: 'string' },
      profile: { type: 'string' },
      out: { type: 'string', default: '.artifacts/bench/latest.json' },
    },
  });
  const { sides, only, against, server, rate, profile, ...rest } = values;
  if (rate !== undefined && !/^[1-9]\d{0,5}$/.test(rate)) {
    throw new Error(`--rate is ${JSON.stringify(rate)}. Expected: messages a second, a whole number from 1 to 999999.`);
  }
  return {
    ...rest,
    only: only === undefined ? scenarios : (listed('only', only, scenarios) as Scenario[]),
    ...(sides !== undefined && { sides: listed('sides', sides, knownSides) }),
    ...(against !== undefined && { against }),
    ...(server !== undefined && { server }),
    ...(rate !== undefined && { rate: Number(rate) }),
    ...(profile !== undefined && { profile }),
  };
}

function listed(option: string, text: string, known: readonly string[]): string[] {
  const names = text.split(',');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new Error(
    `--${option} has ${JSON.stringify(unknown)}. Expected: names out of ${known.join(', ')}, separated by commas.`,
  );
}
