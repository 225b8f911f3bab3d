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
  conversations: number;
  /** How long faults last, and the longest time between two deeds. */
  storyMs: number;
  pauseMs: number;
  /** How often, against everything else that is done, somebody's connection breaks or the server is killed. */
  cuts: number;
  kills: number;
}

export function moodOf(rng: Rng): Mood {
  const kind = rng.pick(['calm', 'tcp', 'tcp', 'wild']);
  const isCalm = kind === 'calm';
  const isWild = kind === 'wild';
  return {
    network: {
      latencyMs: rng.pick([20, 200, 2_000]),
      doubles: isWild ? 0.1 : 0,
      overtakes: isWild ? 0.15 : 0,
      halfOpen: isCalm ? 0 : rng.pick([0, 0.3]),
    },
    disk: {
      commitMs: rng.pick([5, 100]),
      answerMs: rng.pick([5, 100]),
      stalls: isCalm ? 0 : rng.pick([0, 0.01]),
      stallMs: rng.pick([3_000, 12_000]),
    },
    bus: {
      latencyMs: rng.pick([0, 5, 200]),
      doubles: isCalm ? 0 : rng.pick([0, 0.1]),
      loses: isCalm ? 0 : rng.pick([0, 0.05, 0.3]),
    },
    people: rng.whole(3, 6),
    conversations: rng.whole(1, 3),
    storyMs: rng.whole(5_000, 25_000),
    pauseMs: rng.pick([300, 1_000, 3_000]),
    cuts: isCalm ? 0 : rng.pick([3, 10]),
    kills: isCalm ? 0 : rng.pick([0, 2, 4]),
  };
}

/** After the last fault: everything works, and takes little time. */
export const healed = (mood: Mood): Mood => ({
  ...mood,
  network: { latencyMs: 20, doubles: 0, overtakes: 0, halfOpen: 0 },
  disk: { ...mood.disk, commitMs: 5, answerMs: 5, stalls: 0 },
  bus: { latencyMs: 5, doubles: 0, loses: 0 },
});
