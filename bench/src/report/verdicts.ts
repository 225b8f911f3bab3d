import { outcomeOf, type Results } from '../scenarios/results.ts';

/** One line that was set before anything was measured. */
export interface Verdict {
  says: string;
  /** `least`: at least so many times; `most`: at most. */
  bound: { least: number } | { most: number };
  /** Undefined when one of the two was not measured. */
  ratio: number | undefined;
}

export const isMet = ({ bound, ratio }: Verdict): boolean | undefined =>
  ratio === undefined ? undefined : 'least' in bound ? ratio >= bound.least : ratio <= bound.most;

const [OURS, MEMORY, SQLITE, POSTGRES] = ['trialogue', 'socketio-mem', 'socketio-sqlite', 'socketio-pg'] as const;

/** What was promised of one process on one core, as ratios of one run. */
export function verdicts(results: Pick<Results, 'sides'>): Verdict[] {
  type Get = (side: string) => number | undefined;
  const to =
    (get: Get) =>
    (side: string, ours = OURS as string): number | undefined =>
      ratioOf(get(ours), get(side));

  const s1 = to((side) => outcomeOf(results, side, 'S1')?.held.deliveriesPerSecond);
  const s2 = to((side) => outcomeOf(results, side, 'S2')?.held.deliveriesPerSecond);
  const half = (name: 'S1' | 'S2') => to((side) => outcomeOf(results, side, name)?.half.deliveryMs.p99);
  const joins = to((side) => outcomeOf(results, side, 'S3')?.seconds);
  const memory = to((side) => outcomeOf(results, side, 'S3')?.memory?.kibPerSocket);
  const pages = to((side) => outcomeOf(results, side, 'S5')?.perSecond);
  const cpu = (name: 'held' | 'half' | 'fixed') => to((side) => outcomeOf(results, side, 'S1')?.[name]?.cpuPer100k);
  const closed = (name: 'one' | 'eight') => (side: string) =>
    outcomeOf(results, side, 'S2')?.closed?.[name].deliveriesPerSecond;

  const least = (says: string, least: number, ratio: number | undefined): Verdict => ({
    says,
    bound: { least },
    ratio,
  });
  const most = (says: string, most: number, ratio: number | undefined): Verdict => ({ says, bound: { most }, ratio });
  return [
    least('S1 deliveries/s, to Socket.IO + PostgreSQL', 4, s1(POSTGRES)),
    least('S1 deliveries/s, to Socket.IO in memory, which keeps nothing', 0.5, s1(MEMORY)),
    least('S2 deliveries/s, to Socket.IO + PostgreSQL', 2, s2(POSTGRES)),
    most('S1 p99 at half of its own load, to Socket.IO + PostgreSQL', 1, half('S1')(POSTGRES)),
    most('S1 p99 at half of its own load, to Socket.IO in memory', 1, half('S1')(MEMORY)),
    most('S2 p99 at half of its own load, to Socket.IO + PostgreSQL', 1, half('S2')(POSTGRES)),
    most('S2 p99 at half of its own load, to Socket.IO in memory', 1, half('S2')(MEMORY)),
    most('S3 time to join, to Socket.IO in memory', 1, joins(MEMORY)),
    most('S4 memory a socket, to Socket.IO in memory', 0.6, memory(MEMORY)),
    least('S5 pages/s, to Socket.IO + SQLite', 2, pages(SQLITE)),
    most('S1 server CPU for 100,000 deliveries at half load, to Socket.IO + PostgreSQL', 0.3, cpu('half')(POSTGRES)),
    most('… at the limit', 0.3, cpu('held')(POSTGRES)),
    most('… at 400 messages/s, the same for both', 0.3, cpu('fixed')(POSTGRES)),
    least(
      'fan-out alone, one message under way, to raw sockets with a write a message',
      0.7,
      ratioOf(closed('one')(OURS), closed('one')('ceiling')),
    ),
    least(
      'fan-out alone, eight under way, to raw sockets with a write a message',
      1,
      ratioOf(closed('eight')(OURS), closed('eight')('ceiling')),
    ),
  ];
}

const ratioOf = (ours: number | undefined, theirs: number | undefined): number | undefined =>
  ours === undefined || theirs === undefined || theirs === 0 ? undefined : ours / theirs;

/** What says whether the figures can be believed: the generator was never the limit, and nothing else used the cores. */
export interface Doubt {
  side: string;
  scenario: string;
  says: string;
}

const BUSY = 0.95;
const LAG_MS = 20;
const FOREIGN = 0.1;

export function doubts(results: Pick<Results, 'sides'>): Doubt[] {
  return Object.entries(results.sides).flatMap(([side, { name }]) =>
    (['S1', 'S2', 'S8'] as const).flatMap((scenario) => {
      const held = outcomeOf(results, side, scenario)?.held;
      if (!held) return [];
      const { generatorBusy, lagP99Ms = 0, coresBusy, serverCores, generatorCores } = held;
      const foreign = coresBusy.reduce((sum, each) => sum + each, 0) - (serverCores ?? 0) - generatorCores;
      return [
        generatorBusy > BUSY && `the generator had work ${percent(generatorBusy)} of the time: the limit may be higher`,
        lagP99Ms > LAG_MS && `the generator sent ${lagP99Ms.toFixed(0)} ms late (p99)`,
        serverCores !== undefined && foreign > FOREIGN && `other programs used ${foreign.toFixed(2)} cores`,
      ]
        .filter((says) => says !== false)
        .map((says) => ({ side: name, scenario, says }));
    }),
  );
}

export const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
