import { describe, expect, test } from 'vitest';

import { databasePower, deciding, fullness, loadOf, money, plan, total } from './capacity.ts';
import { costs, examplePrices, shape, shop, valuesOf } from './inputs.ts';

const values = valuesOf(costs);
const planned = (connected: number, change: Partial<typeof shape> = {}) =>
  plan(shop(connected), values, { ...shape, ...change });

describe('a load', () => {
  test('grows in proportion to people', () => {
    const [one, ten] = [loadOf(shop(1_000), values), loadOf(shop(10_000), values)];
    for (const [name, value] of Object.entries(one)) {
      expect(ten[name as keyof typeof ten], name).toBeCloseTo(10 * value, 6);
    }
  });

  test('is what one reckons by hand', () => {
    const load = loadOf({ ...shop(86_400), messagesPerDay: 10, peak: 2, readers: 1, marks: 1 }, values);
    // Ten a second, twice as many at the peak; each heard by one, acked to one, marked by one and that heard by one.
    expect(load).toMatchObject({ messages: 20, marks: 20, notices: 40, deliveries: 60, messagesOfDay: 864_000 });
    expect(load.storedGb).toBeCloseTo((864_000 * 180 * 606) / 1e9);
  });
});

describe('a plan', () => {
  test('of a small shop is two nodes and one small database', () => {
    expect(planned(1_000)).toMatchObject({ cells: 1, nodes: 2, databases: 3, databaseCores: 6 });
  });

  test('never has less for more people', () => {
    let last = planned(1_000);
    for (let connected = 2_000; connected <= 100_000_000; connected *= 1.7) {
      const next = planned(connected);
      expect(next.cells).toBeGreaterThanOrEqual(last.cells);
      expect(next.nodes).toBeGreaterThanOrEqual(last.nodes);
      last = next;
    }
  });

  test.for([10_000, 300_000, 3_000_000, 100_000_000])('for %d people leaves nothing overfull', (connected) => {
    const { cells, nodes, nodesPerCell, databaseCores, databases } = planned(connected);
    const biggest = { ...shape, databaseCores: [databaseCores / databases] };
    for (const [part, share] of Object.entries(fullness(shop(connected / cells), values, biggest))) {
      expect(share, part).toBeLessThanOrEqual(1.001);
    }
    expect(nodes).toBe(cells * nodesPerCell);
    expect(connected / nodes).toBeLessThanOrEqual(shape.socketsPerNode);
    expect(nodesPerCell * values.connectionsPerNode).toBeLessThanOrEqual(shape.databaseConnections);
  });

  test('has more cells where less fits into one, and says what decided', () => {
    const small = planned(5_000_000, { databaseMostGb: 10 });
    expect(small.cells).toBeGreaterThan(planned(5_000_000).cells);
    expect(deciding(small.whyCells)).toBe('size of PostgreSQL');
    expect(deciding(planned(5_000_000, { databaseConnections: 60 }).whyCells)).toBe('connections to PostgreSQL');
  });

  test('a database of more cores does more, and less than as much more', () => {
    expect(databasePower(2, shape)).toBe(1);
    expect(databasePower(16, shape)).toBeGreaterThan(4);
    expect(databasePower(16, shape)).toBeLessThan(8);
  });
});

describe('money', () => {
  test('a million messages cost no more where there are more of them', () => {
    const each = [100_000, 1_000_000, 10_000_000, 100_000_000].map((connected) => {
      const of = planned(connected);
      return total(money(shop(connected), of, examplePrices, values)) / of.load.messagesOfDay;
    });
    each.slice(1).forEach((price, at) => expect(price).toBeLessThanOrEqual((each[at] ?? 0) * 1.05));
  });

  test('follows the prices that the reader sets', () => {
    const of = planned(1_000_000);
    // The type does not follow what is made from its names.
    const twice = Object.fromEntries(
      Object.entries(examplePrices).map(([name, price]) => [name, typeof price === 'number' ? price * 2 : price]),
    ) as unknown as typeof examplePrices;
    const [cheap, dear] = [examplePrices, twice].map((prices) => total(money(shop(1_000_000), of, prices, values)));
    expect(dear).toBeCloseTo(2 * (cheap ?? 0));
  });
});
