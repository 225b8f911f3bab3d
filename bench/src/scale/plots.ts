import { fullness } from './capacity.ts';
import { costs, shape, shop, valuesOf } from './inputs.ts';
import { storms } from './storms.ts';
import { plotted } from './svg.ts';

const people = (value: number) =>
  value >= 1e6 ? `${value / 1e6} M` : value >= 1e3 ? `${value / 1e3} k` : String(Math.round(value));
const seconds = (value: number) => `${Math.round(value)} s`;

/** How full each part of one single cell is, by how many people it holds. */
export function capacityPlot(): string {
  const sizes = Array.from({ length: 41 }, (_, at) => 10 ** (4 + at / 10));
  const values = valuesOf(costs);
  const at = sizes.map((connected) => fullness(shop(connected), values, shape));
  const names = Object.keys(at[0] ?? {});
  return plotted({
    title: 'One cell, filled up: what gives way first',
    x: { title: 'people connected at the busiest time', isLog: true, text: people },
    y: { title: 'share of what it can do', isLog: true, text: (value) => `${Number((value * 100).toPrecision(2))} %` },
    lines: names.map((name) => ({
      name,
      points: sizes.map((connected, turn) => [connected, at[turn]?.[name] ?? 0] as const),
    })),
    limit: { y: 1, name: 'broken' },
  });
}

/** A region is lost: who is back, and how hard the others are asked. */
export function stormPlots(): Record<string, string> {
  const all = storms();
  const every = <T>(list: readonly T[], by: number) => list.filter((_, at) => at % by === 0);
  return {
    'storm-back': plotted({
      title: 'A region is lost: how many of its million people are back',
      x: { title: 'after', text: seconds },
      y: { title: 'people who are back', text: people },
      lines: all.map(({ name, course }) => ({
        name,
        points: every(course.steps, 10)
          .filter(({ atMs }) => atMs <= 300_000)
          .map(({ atMs, back }) => [atMs / 1000, back] as const),
      })),
    }),
    'storm-tries': plotted({
      title: 'The same: how often the other region is asked to let somebody in',
      x: { title: 'after', text: seconds },
      y: { title: 'tries a second', isLog: true, text: people },
      lines: all.map(({ name, course }) => ({
        name,
        points: inSeconds(course.steps.map(({ tries }) => tries))
          .slice(0, 300)
          .map((tries, second) => [second, Math.max(10, tries)] as const),
      })),
    }),
  };
}

const inSeconds = (tries: readonly number[]): number[] =>
  Array.from({ length: Math.floor(tries.length / 10) }, (_, second) =>
    tries.slice(second * 10, second * 10 + 10).reduce((sum, each) => sum + each, 0),
  );
