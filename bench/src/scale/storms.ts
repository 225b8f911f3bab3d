import { databasePower, plan } from './capacity.ts';
import { costs, shape, shop, valuesOf } from './inputs.ts';
import { fullJitter, noJitter, weather, type Course, type Storm } from './storm.ts';

/** One million people lose their region at once and go to another one. */
const PEOPLE = 1_000_000;

/** What the other region is like, and how people come. */
export function storms(): { name: string; what: string; course: Course }[] {
  const values = valuesOf(costs);
  const { nodes, databases, databaseCores, cells } = plan(shop(PEOPLE), values, shape);
  const asItIs: Storm = {
    clients: PEOPLE,
    letInPerSecond: nodes * values.upgradesPerSecond,
    readsEach: values.backReads,
    readsPerSecond: cells * values.readsPerSecond * databasePower(databaseCores / databases, shape),
    waitMs: fullJitter,
  };
  const cases: [name: string, what: string, storm: Storm][] = [
    ['as it is', `${nodes} nodes, each lets 500 a second in; full jitter`, asItIs],
    ['no jitter', 'the same, and everybody waits equally long', { ...asItIs, waitMs: noJitter }],
    ['no bound at the door', 'full jitter, and everybody is let in at once', { ...asItIs, letInPerSecond: PEOPLE }],
    [
      'what PostgreSQL bears',
      'full jitter, and each node lets in what its database can answer',
      { ...asItIs, letInPerSecond: asItIs.readsPerSecond / values.backReads },
    ],
    ['a minute away', 'as it is, and the other region takes a minute to be there', { ...asItIs, awayMs: 60_000 }],
  ];
  return cases.map(([name, what, storm]) => ({ name, what, course: weather(storm) }));
}
