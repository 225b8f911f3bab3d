import { deeds, type DeedName, type Times } from './measure.ts';
import { plot } from './plot.ts';

/** What was measured of one store, smallest first. */
export interface Grown {
  store: string;
  sizes: { messages: number; conversations: number; bytes: number; startMs: number; times: Record<DeedName, Times> }[];
}

const names = Object.keys(deeds) as DeedName[];
const whole = (value: number) => Math.round(value).toLocaleString('en');
const ms = (value: number) => (value >= 100 ? whole(value) : value.toFixed(value >= 10 ? 1 : 2));
const times = (last: number, first: number) => `${(last / first).toFixed(1)} ×`;
const MIB = 1024 * 1024;
const figures = ['p50', 'p99', 'cpu'] as const;

/** The figures of one store as a table of Markdown. The last column is the largest beside the smallest. */
export function tableOf({ store, sizes }: Grown): string {
  const [first, last] = [sizes[0], sizes.at(-1)];
  if (!first || !last) throw new Error('nothing was measured');
  const row = (says: string, cells: string[], ratio = '') => `| ${says} | ${cells.join(' | ')} | ${ratio} |`;
  return [
    row(
      `${store}: messages`,
      sizes.map((size) => whole(size.messages)),
      'largest : smallest',
    ),
    `|---|${sizes.map(() => '---:').join('|')}|---:|`,
    row(
      'conversations',
      sizes.map((size) => whole(size.conversations)),
    ),
    row(
      'database, MiB',
      sizes.map((size) => whole(size.bytes / MIB)),
    ),
    ...names.map((name) =>
      row(
        `${deeds[name].says}: p50 / p99 (CPU), ms`,
        sizes.map(({ times: each }) => `${ms(each[name].p50)} / ${ms(each[name].p99)} (${ms(each[name].cpu)})`),
        figures.map((figure) => times(last.times[name][figure], first.times[name][figure])).join(' / '),
      ),
    ),
    row(
      'start of the built server, ms',
      sizes.map((size) => whole(size.startMs)),
      times(last.startMs, first.startMs),
    ),
  ].join('\n');
}

export const plotOf = ({ store, sizes }: Grown): string =>
  plot(
    `${store}: what a store takes longer for as it grows`,
    'p99 in milliseconds',
    sizes.map(({ messages }) => whole(messages)),
    names.map((name) => ({ name: deeds[name].says, values: sizes.map((size) => size.times[name].p99) })),
  );
