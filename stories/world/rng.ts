/** Chance that can be told again: the same seed gives the same numbers. */
export interface Rng {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number from `min` to `max`, both possible. */
  whole(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** Short mostly, long now and then: how delays are. Mean is about a fifth of `most`. */
  delay(most: number): number;
  /** A source of its own, so that drawing here does not change what is drawn there. */
  fork(name: string): Rng;
}

/** @see https://github.com/bryc/code/blob/master/jshash/PRNGs.md splitmix32 */
export function rng(seed: number): Rng {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  const whole = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    whole,
    chance: (probability) => next() < probability,
    pick(from) {
      const found = from[whole(0, from.length - 1)];
      if (found === undefined) throw new RangeError('nothing to pick from');
      return found;
    },
    delay: (most) => Math.round(next() ** 4 * most),
    fork: (name) => rng(hash32(`${seed} ${name}`)),
  };
}

/** FNV-1a. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 13);
}
