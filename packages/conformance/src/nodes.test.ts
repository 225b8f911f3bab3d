import { lacksCluster, startCluster, type Cluster } from '@trialogue/testkit/servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { results } from './serverUnderTest.ts';
import { unseen } from './unseen.ts';

const STARTING_MS = 180_000;
const NODES = 2;

/** Each connection goes to the next node, so the people of every conversation are on both. */
describe.skipIf(lacksCluster() !== undefined)('two nodes on PostgreSQL and NATS', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    // Timers short enough for a test, as faults.test.ts has them.
    cluster = await startCluster(NODES, { LIMITS: 'pingMs=4000,pongMs=3000' });
  }, STARTING_MS);
  afterAll(() => cluster?.stop(), STARTING_MS);

  test('pass all of the suite, its slow part too', { timeout: 300_000 }, async () => {
    const { code, all } = await results(cluster.origin, cluster.appSecret, '--slow', '--nodes', `${NODES}`);
    expect(all.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
    const skipped = all.filter(({ outcome }) => outcome === 'skip').map(({ title }) => title);
    expect(skipped.sort()).toEqual(unseen.map(({ title }) => title).sort());
    expect(code).toBe(0);
    const bound = await Promise.all(cluster.nodes.map(({ origin }) => binds(origin)));
    expect(Math.min(...bound), `sockets bound on each node: ${bound.join(', ')}`).toBeGreaterThan(50);
  });
});

async function binds(origin: string): Promise<number> {
  const page = await (await fetch(`${origin}/metrics`)).text();
  return Number(/^trialogue_frames_in_total\{type="bind"\} (\d+)$/m.exec(page)?.[1] ?? 0);
}
