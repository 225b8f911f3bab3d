export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something is so. @throws {Error} naming what was waited for, when it is not in time. */
export async function until(what: string, isSo: () => boolean, withinMs: number, everyMs = 5): Promise<void> {
  const end = performance.now() + withinMs;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${withinMs / 1000} s`);
    await sleep(everyMs);
  }
}

/** The same, and gives whether it came to be. */
export const comesTrue = (isSo: () => boolean, withinMs: number, everyMs = 5): Promise<boolean> =>
  until('', isSo, withinMs, everyMs).then(
    () => true,
    () => false,
  );

/** @throws {Error} when the promise does not settle in time. */
export function within<T>(what: string, ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The value below which that part of all lies; undefined of none. */
export function percentile(values: readonly number[], part: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
}
