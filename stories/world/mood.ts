import type { BusMood } from './bus.ts';
import type { DiskMood } from './disk.ts';
import type { NetworkMood } from './network.ts';
import type { Rng } from './rng.ts';

/** What kind of world it is: some are calm, some brutal, and all of it is drawn from the seed. */
export interface Mood {
  network: NetworkMood;
  disk: DiskMood;
  bus: BusMood;
  people: number;
  /** Who of them sit at a second screen. */
  tabs: number;
  conversations: number;
  nodes: number;
  /** Of the clock of a machine. */
  skewMs: number;
  /** Links stand still while much is said. */
  hasSlowReaders: boolean;
  tokenMs: number;
  /** How long faults last, and the longest time between two deeds. */
  storyMs: number;
  pauseMs: number;
  /** How often each misfortune comes, against everything else that is done. */
  often: Misfortunes;
}

export interface Misfortunes {
  /** Somebody's connection breaks, or stands still for a while. */
  cuts: number;
  clogs: number;
  kills: number;
  stops: number;
  drains: number;
  powerCuts: number;
  fullDisk: number;
  noDatabase: number;
  noBus: number;
  clockJumps: number;
  revocations: number;
}

const CALM: Misfortunes = {
  cuts: 0,
  clogs: 0,
  kills: 0,
  stops: 0,
  drains: 0,
  powerCuts: 0,
  fullDisk: 0,
  noDatabase: 0,
  noBus: 0,
  clockJumps: 0,
  revocations: 0,
};
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export function moodOf(rng: Rng): Mood {
  const kind = rng.pick(['calm', 'tcp', 'tcp', 'wild']);
  const isCalm = kind === 'calm';
  const isWild = kind === 'wild';
  const some = (...of: number[]) => (isCalm ? 0 : rng.pick(of));
  const hasSlowReaders = some(0, 0, 1) === 1;
  const syncErrors = some(0, 0, 0.03);
  return {
    network: {
      latencyMs: rng.pick([20, 200, 2_000]),
      doubles: isWild ? 0.1 : 0,
      overtakes: isWild ? 0.15 : 0,
      halfOpen: some(0, 0.3),
    },
    disk: {
      commitMs: rng.pick([5, 100]),
      answerMs: rng.pick([5, 100]),
      stalls: some(0, 0.01),
      stallMs: rng.pick([3_000, 12_000]),
      syncErrors,
    },
    bus: {
      latencyMs: rng.pick([0, 5, 200]),
      doubles: some(0, 0.1),
      loses: some(0, 0.05, 0.3),
    },
    people: rng.whole(3, 6),
    tabs: rng.pick([0, 0, 1, 2]),
    conversations: rng.whole(1, 3),
    nodes: rng.pick([1, 1, 2, 3]),
    skewMs: some(0, 2_000, 10 * MINUTE_MS, DAY_MS),
    hasSlowReaders,
    tokenMs: rng.pick([DAY_MS, DAY_MS, 2 * MINUTE_MS, 30_000]),
    storyMs: rng.whole(4_000, 18_000),
    pauseMs: rng.pick([300, 1_000, 3_000]),
    often: isCalm
      ? CALM
      : {
          cuts: rng.pick([3, 10]),
          clogs: hasSlowReaders ? 10 : rng.pick([0, 4]),
          kills: rng.pick([0, 2, 4]),
          stops: rng.pick([0, 0, 2]),
          drains: rng.pick([0, 0, 2]),
          // A disk that fails is seldom the only thing that does.
          powerCuts: syncErrors > 0 ? 3 : rng.pick([0, 0, 2]),
          fullDisk: rng.pick([0, 0, 1]),
          noDatabase: rng.pick([0, 0, 2]),
          noBus: rng.pick([0, 0, 2]),
          clockJumps: rng.pick([0, 0, 2]),
          revocations: rng.pick([0, 0, 2]),
        },
  };
}

/** Everything works, and takes little time. */
export const healed = (mood: Mood): Mood => ({
  ...mood,
  network: { latencyMs: 20, doubles: 0, overtakes: 0, halfOpen: 0 },
  disk: { ...mood.disk, commitMs: 5, answerMs: 5, stalls: 0, syncErrors: 0 },
  bus: { latencyMs: 5, doubles: 0, loses: 0 },
  tokenMs: DAY_MS,
});
