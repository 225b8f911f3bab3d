import { quantile } from './many.mjs';

/** With so many stories, every rare thing must have been seen by a few: a world without it proves nothing about it. */
const ENOUGH_FOR_MARKERS = 1_000;
const SEEDS_PER_MARKER = 5;
const EVERY_MS = 1_000;

/** One line that moves on: how far it is, how fast, and how long it will take. */
export function progress(count, seconds) {
  let shownAt = -EVERY_MS;
  return {
    show({ seeds, acked, failures }) {
      const now = seconds() * 1000;
      if (!process.stdout.isTTY || now - shownAt < EVERY_MS) return;
      shownAt = now;
      const perSecond = seeds / seconds();
      const left = Math.round((count - seeds) / perSecond);
      process.stdout.write(
        `\r${seeds} of ${count} seeds, ${perSecond.toFixed(0)} a second, ${acked} acked, ` +
          `${failures.length} failures, ${left} s left   `,
      );
    },
    end() {
      if (process.stdout.isTTY) process.stdout.write('\r\u001B[K');
    },
  };
}

/** What many stories came to, as text and as data. */
export function summary(sums, { from, seconds }) {
  const { seeds, acked, messages, frames, steps, seen, failures } = sums;
  const times = (bySecond) => ({
    half: quantile(bySecond, 0.5),
    in99Of100: quantile(bySecond, 0.99),
    longest: Math.max(0, bySecond.length - 1),
  });
  const healed = times(sums.healed);
  const connected = times(sums.connected);
  const data = {
    from,
    seeds,
    seconds: Math.round(seconds),
    seedsPerSecond: Math.round((10 * seeds) / seconds) / 10,
    acked,
    messages,
    frames,
    steps,
    healedSeconds: healed,
    connectedSeconds: connected,
    seen: Object.fromEntries(Object.entries(seen).sort(([, a], [, b]) => a - b)),
    failures,
  };
  const text = [
    `${seeds} seeds from ${from} on, ${data.seedsPerSecond} a second`,
    `${acked} acked, ${messages} stored, ${frames} frames, ${steps} steps`,
    `all healed within ${healed.half} s (half), ${healed.in99Of100} s (99 of 100), ${healed.longest} s (all)`,
    `whoever stayed connected was behind for ${connected.in99Of100} s (99 of 100), ${connected.longest} s (all) at most`,
    `${failures.length} failures`,
  ].join('; ');
  return { text, data };
}

/** What is wrong with it, if anything. */
export function verdict({ seeds, seen, failures, markers }) {
  const [first] = failures;
  if (first)
    return `${first.says}\n\nalso broken: ${
      failures
        .slice(1)
        .map(({ seed }) => seed)
        .join(', ') || 'none'
    }`;
  if (seeds < ENOUGH_FOR_MARKERS) return undefined;
  const rare = markers.filter((marker) => (seen[marker] ?? 0) < SEEDS_PER_MARKER);
  return rare.length > 0 ? `hardly any seed has seen: ${rare.join(', ')}` : undefined;
}
