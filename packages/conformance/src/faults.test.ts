import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { slowWrongs, wrongs, type Wrong } from './faultsUnderTest.ts';
import { startProxy } from './proxyUnderTest.ts';
import { results, startServer, type RealServer } from './serverUnderTest.ts';

// Each runs most of the suite, several at a time, on whatever machine this is.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000, maxConcurrency: 3 });

let server: RealServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const everyInvariant = Array.from({ length: 40 }, (_, n) => `I${n + 1}`);
/** These move megabytes and hundreds of requests; they run where they are concerned, and where nothing is wrong. */
const heavy = new Set(['I25', 'I38']);
const besides = ({ red }: Wrong) => everyInvariant.filter((name) => !heavy.has(name) || red.includes(name));
const isOfAClause = ({ red }: Wrong) => red.some((name) => name.startsWith('§'));

interface Red {
  /** The first name of each check that failed. */
  names: string[];
  /** What they saw, for whoever reads that it was another one. */
  why: string;
}

async function redBehind(
  wrong: Pick<Wrong, 'fault'>,
  only: readonly string[],
  { origin, secret, more = [] }: { origin: string; secret: string; more?: string[] } = server,
): Promise<Red> {
  const proxy = await startProxy(origin, wrong.fault());
  try {
    const { code, all } = await results(proxy.origin, secret, '--only', only.join(','), ...more);
    const red = all.filter(({ outcome }) => outcome === 'fail');
    expect(code).toBe(red.length > 0 ? 1 : 0);
    for (const { expected, seen } of red) expect([expected, seen]).not.toContain('');
    return {
      names: [...new Set(red.map(({ about: [first = ''] }) => first))],
      why: red.map(({ title, expected, seen }) => `${title}: expected ${expected}; seen ${seen}`).join('\n'),
    };
  } finally {
    await proxy.close();
  }
}

test('the real server passes, directly and through a proxy that changes nothing', async () => {
  const { code, all } = await results(server.origin, server.secret);
  expect(all.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
  expect(code).toBe(0);
  const { names, why } = await redBehind({ fault: () => ({}) }, everyInvariant);
  expect(names, why).toEqual([]);
});

describe.concurrent('each fault turns the invariants concerned red, and no other: a server that', () => {
  test.for(wrongs.filter((wrong) => !isOfAClause(wrong)))('$name', async (wrong, { expect }) => {
    const { names, why } = await redBehind(wrong, besides(wrong));
    expect(names, why).toEqual(wrong.red);
  });
});

// Alone: these count sockets of one address.
describe('of clauses: a server that', () => {
  test.for(wrongs.filter(isOfAClause))('$name', async (wrong) => {
    const { names, why } = await redBehind(wrong, wrong.red);
    expect(names, why).toEqual(wrong.red);
  });
});

describe('with the timers of a server made short: a server that', () => {
  let quick: RealServer;
  beforeAll(async () => {
    quick = await startServer({ LIMITS: 'pingMs=4000,pongMs=3000' });
  });
  afterAll(() => quick.stop());
  const redOf = (fault: Wrong['fault']) => redBehind({ fault }, ['I15', 'I26'], { ...quick, more: ['--slow'] });

  test('beats as it should', async () => {
    const { names, why } = await redOf(() => ({}));
    expect(names, why).toEqual([]);
  });

  test.for(slowWrongs)('$name', async ({ fault, red }) => {
    const { names, why } = await redOf(fault);
    expect(names, why).toEqual(red);
  });
});
