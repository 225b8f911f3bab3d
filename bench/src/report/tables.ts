import { outcomeOf, type Results, type SideResults, type Step } from '../scenarios/results.ts';
import type { Scenario } from '../sides/side.ts';
import { doubts, isMet, percent, verdicts } from './verdicts.ts';

/** A row of a table for each side that took part in a scenario. */
type Column<Of> = readonly [head: string, show: (outcome: Of) => string];

/** The figures of a run as Markdown, and whether what was promised was kept. */
export function tables(results: Results): string {
  const limits: readonly Column<Limited>[] = [
    ['max msg/s', ({ held }) => whole(held.rate)],
    ['**deliveries/s**', ({ held }) => `**${whole(held.deliveriesPerSecond)}**`],
    ['p99 at max, ms', ({ held }) => ms(held.deliveryMs.p99)],
    ['p50 / p99 at half, ms', ({ half }) => pair(half.deliveryMs)],
    ['ack p50 / p99 at half, ms', ({ half }) => pair(half.ackMs)],
    ['server CPU s per 100k (half / max)', ({ half, held }) => `${two(half.cpuPer100k)} / ${two(held.cpuPer100k)}`],
    ['what stops it', ({ stoppedBy, held }) => `${stoppedBy} (${loads(held)})`],
  ];
  const parts = [
    ['', verdictTable(results)],
    ['S1: 200 groups of 5, one of each sends (4 deliveries a message)', table(results, 'S1', limits)],
    [
      'S1 at the same 400 messages/s for all',
      table(results, 'S1', [
        ['msg/s', ({ fixed }) => whole(fixed?.rate)],
        ['p50 / p99, ms', ({ fixed }) => pair(fixed?.deliveryMs)],
        ['ack p50, ms', ({ fixed }) => ms(fixed?.ackMs.p50)],
        ['server CPU, cores', ({ fixed }) => two(fixed?.serverCores)],
        ['server CPU s per 100k', ({ fixed }) => two(fixed?.cpuPer100k)],
        ['memory, MiB', ({ fixed }) => whole(fixed?.rssMiB)],
      ]),
    ],
    ['S2: one group of 1,000, one sends (999 deliveries a message)', table(results, 'S2', limits)],
    [
      'Fan-out alone: the same group, so many messages under way at a time',
      table(results, 'S2', [
        ['one: deliveries/s', ({ closed }) => whole(closed?.one.deliveriesPerSecond)],
        ['one: server, generator busy', ({ closed }) => (closed ? loads(closed.one) : '–')],
        ['eight: deliveries/s', ({ closed }) => whole(closed?.eight.deliveriesPerSecond)],
        ['eight: server, generator busy', ({ closed }) => (closed ? loads(closed.eight) : '–')],
      ]),
    ],
    [
      'S3: sockets join, a hundred at a time · S4: memory of a silent socket',
      table(results, 'S3', [
        ['S3: all joined, s', ({ seconds }) => two(seconds)],
        ['joins/s', ({ sockets, seconds }) => whole(sockets / seconds)],
        ['S4: KiB a socket', ({ memory }) => memory?.kibPerSocket.toFixed(1) ?? '–'],
        [
          'in all / before, MiB',
          ({ memory }) =>
            `${whole(memory?.at.at(-1)?.mib)} / ${whole(memory?.at[0]?.mib)} (${whole(memory?.at.at(-1)?.sockets)})`,
        ],
      ]),
    ],
    [
      'S5: sixteen read the newest fifty of a long conversation',
      table(results, 'S5', [
        ['messages kept', ({ kept }) => whole(kept)],
        ['**pages/s**', ({ perSecond }) => `**${whole(perSecond)}**`],
        ['p50 / p99, ms', (outcome) => pair(outcome.ms)],
      ]),
    ],
    [
      'S6: `kill -9` of every process at 400 messages/s',
      table(results, 'S6', [
        ['acked', ({ acked }) => whole(acked)],
        ['missing afterwards', ({ missing }) => `**${whole(missing)}**`],
        ['twice', ({ repeated }) => whole(repeated)],
        ['listens again after, s', ({ restartSeconds }) => two(restartSeconds)],
      ]),
    ],
    [
      'S7: 20 of 100 stop reading, 300 messages/s of 4,000 characters',
      table(results, 'S7', [
        [
          'p99 of the others before / with, ms',
          ({ p99BeforeMs, p99WithMs }) => `${ms(p99BeforeMs)} / ${ms(p99WithMs)}`,
        ],
        ['missed by the others', ({ missing }) => whole(missing)],
        ['the server grew by, MiB', ({ grownMiB }) => grownMiB?.toFixed(0) ?? '–'],
      ]),
    ],
    ['S8: 500 users in ten groups each, one of each sends (9 deliveries a message)', table(results, 'S8', limits)],
    ['', doubtLines(results)],
  ] as const;
  return parts
    .filter(([, text]) => text !== '')
    .map(([head, text]) => (head === '' ? text : `**${head}**\n\n${text}`))
    .join('\n\n');
}

type OutcomeOf<Name extends Scenario> = NonNullable<ReturnType<typeof outcomeOf<Name>>>;
type Limited = OutcomeOf<'S1'>;

function table<Name extends Scenario>(
  results: Results,
  scenario: Name,
  columns: readonly Column<OutcomeOf<Name>>[],
): string {
  const rows = Object.entries(results.sides).flatMap(([id, side]) => {
    const cells = cellsOf(results, id, side, scenario, columns);
    return cells ? [`| ${side.name} | ${cells.join(' | ')} |`] : [];
  });
  if (rows.length === 0) return '';
  return [
    `| | ${columns.map(([head]) => head).join(' | ')} |`,
    `|---|${columns.map(() => '---:').join('|')}|`,
    ...rows,
  ].join('\n');
}

function cellsOf<Name extends Scenario>(
  results: Results,
  id: string,
  { outcomes }: SideResults,
  scenario: Name,
  columns: readonly Column<OutcomeOf<Name>>[],
): string[] | undefined {
  const outcome = outcomes[scenario];
  if (outcome === undefined) return undefined;
  const measured = outcomeOf(results, id, scenario);
  if (measured) return columns.map(([, show]) => show(measured));
  const why = 'failed' in outcome ? outcome.failed.split('\n')[0]?.replaceAll('|', '/').slice(0, 120) : '';
  return columns.map((_, at) => (at === 0 ? `not measured: ${why}` : '–'));
}

function verdictTable(results: Pick<Results, 'sides'>): string {
  const all = verdicts(results);
  if (all.every(({ ratio }) => ratio === undefined)) return '';
  const rows = all.map((verdict) => {
    const { says, bound, ratio } = verdict;
    const met = isMet(verdict);
    const asked = 'least' in bound ? `≥ ${bound.least}` : `≤ ${bound.most}`;
    return `| ${says} | ${asked} | ${two(ratio)} | ${met === undefined ? 'not measured' : met ? '✓' : '✗'} |`;
  });
  return ['| Trialogue, as a ratio | asked | found | |', '|---|---:|---:|---|', ...rows].join('\n');
}

function doubtLines(results: Results): string {
  const found = doubts(results);
  if (found.length === 0) return 'The generator was never the limit, sent in time, and nothing else used the cores.';
  return found.map(({ side, scenario, says }) => `- ${side}, ${scenario}: ${says}.`).join('\n');
}

const whole = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '–' : Math.round(value).toLocaleString('en');
const two = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(2));
const ms = (value: number | undefined): string =>
  value === undefined ? '–' : value < 10 ? value.toFixed(1) : value.toFixed(0);
const pair = (all: { p50: number | undefined; p99: number | undefined } | undefined): string =>
  `${ms(all?.p50)} / ${ms(all?.p99)}`;
const loads = ({ serverCores, generatorBusy }: Step): string =>
  `server ${serverCores === undefined ? '?' : percent(serverCores)}, generator ${percent(generatorBusy)}`;
