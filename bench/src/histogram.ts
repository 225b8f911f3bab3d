/** Latencies from 1 µs to over a minute, each kept to within 3 %. */
export type Histogram = number[];

const STEPS_PER_OCTAVE = 24;
const STEPS = 26 * STEPS_PER_OCTAVE + 1;

export const emptyHistogram = (): Histogram => new Array<number>(STEPS).fill(0);

export function count(histogram: Histogram, ms: number): void {
  const step = Math.round(Math.log2(Math.max(1, ms * 1000)) * STEPS_PER_OCTAVE);
  const at = Math.min(STEPS - 1, step);
  histogram[at] = (histogram[at] ?? 0) + 1;
}

/** What several processes counted, as if one had. */
export const merged = (all: readonly Histogram[]): Histogram =>
  emptyHistogram().map((_, step) => all.reduce((sum, each) => sum + (each[step] ?? 0), 0));

/** In milliseconds; undefined when nothing was counted. */
export function percentile(histogram: Histogram, share: number): number | undefined {
  const total = histogram.reduce((sum, each) => sum + each, 0);
  let left = Math.ceil(total * share);
  if (left === 0) return undefined;
  const step = histogram.findIndex((each) => (left -= each) <= 0);
  return 2 ** (step / STEPS_PER_OCTAVE) / 1000;
}
