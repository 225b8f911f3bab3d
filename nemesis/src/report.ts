import type { AnomalyName } from './check/anomaly.ts';
import type { Result } from './scenario.ts';
import { percentile } from './time.ts';

export interface Row {
  name: string;
  title: string;
  outcome: 'passed' | 'failed' | 'skipped';
  why?: string;
  seconds: number;
  result: Result;
}

const LOST: readonly AnomalyName[] = ['lost-write'];
const DOUBLE: readonly AnomalyName[] = ['duplicate', 'duplicate-delivery', 'inconsistent-offset'];
const HOLES: readonly AnomalyName[] = ['hole', 'poll-skip'];
const ORDER: readonly AnomalyName[] = ['nonmonotonic-poll', 'nonmonotonic-send', 'realtime'];

const ms = (value: number | undefined) => (value === undefined ? '–' : `${Math.round(value)}`);

/** The figures of one row, as they are printed and kept. */
export function figures({ result }: Row) {
  const count = (names: readonly AnomalyName[]) =>
    result.anomalies.filter(({ name }) => names.includes(name)).reduce((sum, { count: n }) => sum + n, 0);
  return {
    faults: result.faults,
    acked: result.acked,
    received: result.received,
    lost: count(LOST),
    dup: count(DOUBLE),
    holes: count(HOLES),
    reorders: count(ORDER),
    recoveryP50Ms: percentile(result.recoveriesMs, 0.5),
    recoveryP99Ms: percentile(result.recoveriesMs, 0.99),
    convergenceP99Ms: percentile(result.convergencesMs, 0.99),
  };
}

/** How it all went, in one line. */
export function closingLine(rows: readonly Row[]): string {
  const count = (outcome: Row['outcome']) => rows.filter((row) => row.outcome === outcome).length;
  const acked = rows.reduce((sum, { result }) => sum + result.acked, 0);
  return `${count('passed')} scenarios passed, ${count('failed')} failed, ${count('skipped')} skipped; ${acked} acked`;
}

export function table(rows: readonly Row[]): string {
  const heads = [
    '',
    'scenario',
    'faults',
    'acked',
    'lost',
    'dup',
    'holes',
    'reorders',
    'recovery p50/p99',
    'conv. p99',
    's',
  ];
  const lines = rows.map((row) => {
    const f = figures(row);
    if (row.outcome === 'skipped') return ['–', `${row.name} ${row.title}`, `skipped: ${row.why}`];
    return [
      row.outcome === 'passed' ? '✓' : '✗',
      `${row.name} ${row.title}`,
      ...[f.faults, f.acked, f.lost, f.dup, f.holes, f.reorders].map(String),
      `${ms(f.recoveryP50Ms)} / ${ms(f.recoveryP99Ms)} ms`,
      `${ms(f.convergenceP99Ms)} ms`,
      row.seconds.toFixed(0),
    ];
  });
  const full = [heads, ...lines].filter((line) => line.length === heads.length);
  const widths = heads.map((_, at) => Math.max(...full.map((line) => (line[at] ?? '').length)));
  return [heads, ...lines]
    .map((line) =>
      line
        .map((cell, at) =>
          at < 2 || line.length < heads.length ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What was wrong with a row, one thing a line. */
export const wrongs = ({ result }: Row): string[] => [
  ...result.broken,
  ...result.anomalies.map(({ name, invariant, count, says }) => `${name}(${invariant}) × ${count}: ${says}`),
];
