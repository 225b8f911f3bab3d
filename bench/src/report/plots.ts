import { outcomeOf, type Percentiles, type Results } from '../scenarios/results.ts';
import { bars, lines, type Bar, type Line } from './svg.ts';

/** The pictures of a run, by the name of their file. */
export function plots(results: Pick<Results, 'sides'>): Record<string, string> {
  const sides = Object.entries(results.sides).map(([id, { name }], color) => ({ id, name, color }));
  const barsOf = (
    get: (id: string) => number | undefined,
    says = (value: number) => Math.round(value).toLocaleString('en'),
  ) =>
    sides.flatMap(({ id, name, color }): Bar[] => {
      const value = get(id);
      return value === undefined ? [] : [{ name, color, value, says: says(value) }];
    });
  const percentileLines = (get: (id: string) => Percentiles | undefined) =>
    sides.flatMap(({ id, name, color }): Line[] => {
      const found = get(id);
      if (!found) return [];
      const values = [found.p50, found.p90, found.p99, found.p999];
      const points = values.flatMap((y, x) => (y === undefined ? [] : [{ x, y }]));
      return points.length === 0 ? [] : [{ name, color, points }];
    });
  const latency = (title: string, get: (id: string) => Percentiles | undefined) =>
    lines({
      title,
      xTitle: 'percentile of the deliveries',
      yTitle: 'ms',
      xMarks: ['50', '90', '99', '99.9'].map((says, at) => ({ at, says })),
      yIsLog: true,
      lines: percentileLines(get),
    });
  const memory = sides.flatMap(({ id, name, color }): Line[] => {
    const at = outcomeOf(results, id, 'S3')?.memory?.at;
    const before = at?.[0]?.mib ?? 0;
    return at
      ? [{ name, color, points: at.map(({ sockets, mib }) => ({ x: sockets, y: Math.max(0, mib - before) })) }]
      : [];
  });
  const most = Math.max(0, ...memory.flatMap(({ points }) => points.map(({ x }) => x)));

  return {
    'throughput.svg': bars({
      title: 'Deliveries a second on one core, p99 below 200 ms (longer is better)',
      groups: [
        { title: 'S1: 200 groups of 5', bars: barsOf((id) => outcomeOf(results, id, 'S1')?.held.deliveriesPerSecond) },
        {
          title: 'S2: one group of 1,000',
          bars: barsOf((id) => outcomeOf(results, id, 'S2')?.held.deliveriesPerSecond),
        },
        {
          title: 'S8: everybody in ten groups',
          bars: barsOf((id) => outcomeOf(results, id, 'S8')?.held.deliveriesPerSecond),
        },
        { title: 'S5: pages of history a second', bars: barsOf((id) => outcomeOf(results, id, 'S5')?.perSecond) },
      ],
    }),
    'cost.svg': bars({
      title: 'CPU seconds of server and database for 100,000 deliveries (shorter is better)',
      groups: [
        {
          title: 'S1 at 400 messages a second',
          bars: barsOf((id) => outcomeOf(results, id, 'S1')?.fixed?.cpuPer100k, seconds),
        },
        {
          title: 'S1 at half of its own limit',
          bars: barsOf((id) => outcomeOf(results, id, 'S1')?.half.cpuPer100k, seconds),
        },
      ],
    }),
    'latency-s1.svg': latency(
      'S1: latency at half of its own limit',
      (id) => outcomeOf(results, id, 'S1')?.half.deliveryMs,
    ),
    'latency-s2.svg': latency(
      'S2: latency at half of its own limit',
      (id) => outcomeOf(results, id, 'S2')?.half.deliveryMs,
    ),
    'memory.svg': lines({
      title: 'S4: memory that silent sockets take',
      xTitle: 'sockets',
      yTitle: 'MiB above that of the server alone',
      xMarks: [0, 1, 2, 3, 4, 5].map((nth) => ({
        at: (most / 5) * nth,
        says: Math.round((most / 5) * nth).toLocaleString('en'),
      })),
      lines: memory,
    }),
  };
}

const seconds = (value: number): string => `${value.toFixed(2)} s`;
