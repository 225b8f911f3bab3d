import { GIVE_UP_MS, type Measured } from './measure.ts';

/** By how many messages, then by which list. */
export type Results = Record<string, Record<string, Measured>>;

const rows = [
  ['first row drawn after, ms', 'firstRowMs'],
  ['newest message in its place and still after, ms', 'settledMs'],
  ['heap beyond the messages, MiB', 'heapMiB'],
  ['DOM nodes', 'domNodes'],
  ['scroll of 9,000 px: worst frame, ms', 'worstFrameMs'],
  ['… frames a second', 'fps'],
  ['50 older ones come, at the top: jump, px', 'jumpAtTopPx'],
  ['… 600 px below it', 'jumpBelowTopPx'],
] as const;

/** The figures as a table of Markdown. */
export function report(results: Results): string {
  const columns = Object.entries(results).flatMap(([count, found]) =>
    Object.entries(found).map(([name, measured]) => ({
      head: `${name}, ${Number(count).toLocaleString('en')}`,
      measured,
    })),
  );
  return [
    `| | ${columns.map(({ head }) => head).join(' | ')} |`,
    `|---|${columns.map(() => '---:').join('|')}|`,
    ...rows.map(([says, name]) => `| ${says} | ${columns.map(({ measured }) => shown(measured[name])).join(' | ')} |`),
  ].join('\n');
}

function shown(value: number | null | undefined): string {
  if (value === undefined) return `not within ${GIVE_UP_MS / 1000} s`;
  // So JSON writes what has no end.
  if (value === null || value === Infinity) return 'the row was drawn anew';
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
}
