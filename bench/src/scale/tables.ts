import { deciding, fullness, money, plan, total } from './capacity.ts';
import { costs, examplePrices, shape, shop, valuesOf, type Input, type Workload } from './inputs.ts';
import { storms } from './storms.ts';

const sizes = [10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
const values = valuesOf(costs);

const short = (value: number): string => {
  const at = (by: number, unit: string) => `${Number((value / by).toPrecision(3)).toLocaleString('en')}${unit}`;
  if (value >= 1e9) return at(1e9, ' G');
  if (value >= 1e6) return at(1e6, ' M');
  return value >= 10_000 ? at(1e3, ' k') : at(1, '');
};
const percent = (share: number) => `${Number((share * 100).toPrecision(2))} %`;
const seconds = (ms: number | undefined) => (ms === undefined ? 'not within 15 min' : `${short(ms / 1000)} s`);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** All tables of docs/SCALE.md, by the name of their place in it. */
export function page(): Record<string, string> {
  return { inputs: inputs(), plans: plans(), breaks: breaks(), money: spent(), storm: storm() };
}

function inputs(): string {
  const rows = Object.entries<Input>(costs).map(([name, { value, unit, from, why }]) => [
    `\`${name}\``,
    value.toLocaleString('en'),
    unit,
    from,
    why,
  ]);
  return table(['cost', 'value', 'unit', 'how we know', 'what'], rows);
}

function plans(): string {
  const all = sizes.map((connected) => plan(shop(connected), values, shape));
  const row = (name: string, of: (planned: (typeof all)[number]) => string) => [name, ...all.map(of)];
  return table(
    ['people connected', ...sizes.map(short)],
    [
      row('messages a second, at the peak', ({ load }) => short(load.messages)),
      row('frames out a second', ({ load }) => short(load.deliveries)),
      row('messages kept, GB', ({ load }) => short(load.storedGb)),
      row('files kept, GB', ({ load }) => short(load.fileGb)),
      row('cells', ({ cells }) => short(cells)),
      row('… because of', ({ cells, whyCells }) => (cells === 1 ? '–' : deciding(whyCells))),
      row('nodes of one core and 2 GB, in all', ({ nodes }) => short(nodes)),
      row('… because of', ({ whyNodes }) => deciding(whyNodes)),
      row('PostgreSQL, with copies', ({ databases }) => short(databases)),
      row('… cores of them all', ({ databaseCores }) => short(databaseCores)),
    ],
  );
}

/** What gives way in one cell, in the order in which it does, and what helps. */
const remedies: Record<string, string> = {
  'PostgreSQL: reads when all come back':
    'let fewer in (`upgradesPerSecond`), more cores, heads in memory, another cell',
  'PostgreSQL: connections': 'a pooler that keeps sessions, larger nodes (`socketsPerNode`), another cell',
  'PostgreSQL: writes': 'another cell; before that, a faster disk and more cores',
  'PostgreSQL: looks': 'look at a copy, or less often while the bus is well (`reconcileMs`)',
  'PostgreSQL: size': 'keep less (`RETENTION_DAYS`), a larger disk, partitions by hash, another cell',
  'each node: notices of the others':
    'a subject for each slice of conversations, to which a node listens as long as it has one open; another cell',
  'NATS: notices out': 'the same; a cluster of three',
};

function breaks(): string {
  const names = Object.keys(fullness(shop(1), values, shape));
  const breaksAt = (name: string) => {
    let [holds, broken] = [1, 1e12];
    while (broken / holds > 1.001) {
      const between = Math.sqrt(holds * broken);
      if ((fullness(shop(between), values, shape)[name] ?? 0) < 1) holds = between;
      else broken = between;
    }
    return holds;
  };
  const rows = names
    .map((name) => ({ name, at: breaksAt(name) }))
    .sort((a, b) => a.at - b.at)
    .map(({ name, at }) => [
      name,
      short(at),
      percent(fullness(shop(1e6), values, shape)[name] ?? 0),
      remedies[name] ?? '',
    ]);
  return table(['in one cell', 'full at so many people', 'at 1 M', 'what to add'], rows);
}

function spent(): string {
  const all = sizes.map((connected) => {
    const work: Workload = shop(connected);
    const planned = plan(work, values, shape);
    return { planned, parts: money(work, planned, examplePrices, values) };
  });
  const names = Object.keys(all[0]?.parts ?? {});
  const rows = names.map((name) => [name, ...all.map(({ parts }) => short(parts[name] ?? 0))]);
  rows.push(['**a month**', ...all.map(({ parts }) => `**${short(total(parts))}**`)]);
  rows.push([
    'a million messages',
    ...all.map(({ parts, planned }) => ((total(parts) / (planned.load.messagesOfDay * 30)) * 1e6).toFixed(2)),
  ]);
  rows.push([
    '… without files',
    ...all.map(({ parts, planned }) => {
      const rest = total(parts) - (parts['files'] ?? 0) - (parts['to the internet'] ?? 0);
      return ((rest / (planned.load.messagesOfDay * 30)) * 1e6).toFixed(2);
    }),
  ]);
  return table([`${examplePrices.currency} for people connected`, ...sizes.map(short)], rows);
}

function storm(): string {
  const rows = storms().map(({ name, what, course }) => [
    name,
    what,
    seconds(course.halfBackMs),
    seconds(course.allButOneOfHundredMs),
    short(course.worstSecond),
    seconds(course.worstQueueSeconds * 1000),
  ]);
  return table(['', 'how', 'half are back', '99 of 100', 'tries in the worst second', 'PostgreSQL is behind by'], rows);
}
