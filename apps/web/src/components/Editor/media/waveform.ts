/** What a voice message shows of itself: this many bars, each 0 to `HIGHEST_BAR`. */
export const BARS = 64;
export const HIGHEST_BAR = 31;

/** How loud a moment is, 0 to 1. */
export function loudness(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += (samples[i] ?? 0) ** 2;
  return samples.length === 0 ? 0 : Math.min(1, Math.sqrt(sum / samples.length));
}

/** Draws any number of moments as `BARS` bars: each as high as the loudest moment in it, the highest one full. */
export function waveform(levels: readonly number[]): number[] {
  if (levels.length === 0) return [];
  // Silence stays low, whatever little there is in it.
  const highest = Math.max(0.02, ...levels);
  return Array.from({ length: BARS }, (_, bar) => {
    const from = Math.floor((bar * levels.length) / BARS);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * levels.length) / BARS));
    return Math.round((Math.max(...levels.slice(from, to)) / highest) * HIGHEST_BAR);
  });
}
