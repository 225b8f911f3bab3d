import { parseArgs } from 'node:util';

export interface Options {
  /** Length of each phase. */
  seconds: number;
  /** Conversations; each has `MEMBERS` members, each member one socket. */
  groups: number;
  /** Characters of one sealed message. */
  size: number;
  /** Messages of one conversation that are under way at a time, in the closed loop. */
  inFlight: number;
  /** Messages a second in the open loop; absent: half of what the closed loop reached. */
  rate?: number;
  /** Writes a CPU profile of the server, too. It then runs slower. */
  profile: boolean;
}

export const MEMBERS = 5;

/** @throws {Error} naming the option that is wrong, and what was expected. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '10' },
      groups: { type: 'string', default: '200' },
      size: { type: 'string', default: '400' },
      'in-flight': { type: 'string', default: '1' },
      rate: { type: 'string' },
      profile: { type: 'boolean', default: false },
    },
  });
  const whole = (name: string, text: string, least: number, most: number): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new Error(`--${name} is ${JSON.stringify(text)}. Expected: a whole number from ${least} to ${most}.`);
  };
  return {
    seconds: whole('seconds', values.seconds, 1, 600),
    groups: whole('groups', values.groups, 1, 1_500),
    size: whole('size', values.size, 200, 16_000),
    inFlight: whole('in-flight', values['in-flight'], 1, 64),
    profile: values.profile,
    ...(values.rate !== undefined && { rate: whole('rate', values.rate, 1, 100_000) }),
  };
}
