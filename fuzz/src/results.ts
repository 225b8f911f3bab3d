import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One stretch of a run, which the same seed and number of inputs repeat. */
export interface Part {
  seed: number;
  inputs: number;
  seconds: number;
  /** The input that took longest. */
  slowestMs: number;
  /** How many got how far; see `Reach`. */
  reached: Record<string, number>;
  /** Where a long run has to get to. */
  places: readonly string[];
  /** What must not happen, and where the input is kept. */
  broken: { why: string; file?: string }[];
}

/** The parts of a target that are done, kept in a folder from one run to the next. */
export function keptParts(folder: string, target: string): Part[] {
  const file = join(folder, `${target}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Part[]) : [];
}

/** All of it or nothing: a run may be cut off at any time. */
export function keepPart(folder: string, target: string, part: Part): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${target}.json`);
  writeFileSync(`${file}.new`, `${JSON.stringify([...keptParts(folder, target), part], undefined, 1)}\n`);
  renameSync(`${file}.new`, file);
}

/** Several parts as one. */
export function together(parts: readonly Part[]): Omit<Part, 'seed'> & { missed: string[]; readShare: number } {
  const reached: Record<string, number> = {};
  for (const part of parts) {
    for (const [place, count] of Object.entries(part.reached)) reached[place] = (reached[place] ?? 0) + count;
  }
  const places = parts.at(-1)?.places ?? [];
  const all = Object.values(reached).reduce((sum, count) => sum + count, 0);
  const read = Object.entries(reached).reduce((sum, [at, count]) => sum + (at.startsWith('read') ? count : 0), 0);
  return {
    inputs: parts.reduce((sum, { inputs }) => sum + inputs, 0),
    seconds: parts.reduce((sum, { seconds }) => sum + seconds, 0),
    slowestMs: Math.max(0, ...parts.map(({ slowestMs }) => slowestMs)),
    broken: parts.flatMap(({ broken }) => broken),
    reached,
    places,
    missed: places.filter((place) => !Object.hasOwn(reached, place)),
    readShare: all === 0 ? 0 : read / all,
  };
}
