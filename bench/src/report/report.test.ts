import { describe, expect, it } from 'vitest';

import { compared } from '../scenarios/crash.ts';
import { stoppedBy } from '../scenarios/limit.ts';
import type { Limit, Results, SideResults, Step } from '../scenarios/results.ts';
import { section } from './page.ts';
import { plots } from './plots.ts';
import { evenMarks, logMarks, spread } from './svg.ts';
import { tables } from './tables.ts';
import { doubts, isMet, verdicts } from './verdicts.ts';

const percentiles = { p50: 2, p90: 5, p99: 20, p999: 40 };
const step = (more: Partial<Step> = {}): Step => ({
  rate: 1_000,
  passed: true,
  deliveriesPerSecond: 4_000,
  ackMs: percentiles,
  deliveryMs: percentiles,
  serverCores: 0.95,
  cpuPer100k: 1,
  rssMiB: 100,
  generatorCores: 0.5,
  generatorBusy: 0.6,
  lagP99Ms: 2,
  coresBusy: [0.96, 0.5],
  missing: 0,
  outOfOrder: 0,
  wrong: [],
  ...more,
});
const limit = (deliveriesPerSecond: number, more: Partial<Step> = {}): Limit => ({
  held: step({ deliveriesPerSecond, ...more }),
  half: step(more),
  fixed: step(more),
  stoppedBy: "the server's core",
  tried: [],
});
const side = (name: string, outcomes: SideResults['outcomes']): SideResults => ({ name, keeps: 'all', outcomes });
const ours = side('Trialogue', {
  S1: limit(50_000, { cpuPer100k: 1.5 }),
  S3: {
    sockets: 2_000,
    seconds: 1,
    memory: {
      kibPerSocket: 9,
      at: [
        { sockets: 0, mib: 80 },
        { sockets: 5_000, mib: 124 },
      ],
    },
  },
});
const theirs = side('Socket.IO + PostgreSQL', { S1: limit(12_000, { cpuPer100k: 8 }) });
const results = (sides: Results['sides']): Results => ({
  at: '2026-11-23T20:00:00.000Z',
  size: 'full',
  machine: { cpu: 'any', cores: 2, node: 'v20.20.2', pinned: true, loadBefore: 0.1 },
  minutes: 18,
  sides,
});
const both = results({ trialogue: ours, 'socketio-pg': theirs });

describe('what was promised', () => {
  const found = (text: string, from = both) => verdicts(from).find(({ says }) => says.includes(text))!;

  it('is kept when the ratio is on the right side of the line', () => {
    const speed = found('S1 deliveries/s, to Socket.IO + PostgreSQL');
    expect(speed.ratio).toBeCloseTo(50 / 12);
    expect(isMet(speed)).toBe(true);
    const cost = found('CPU for 100,000 deliveries at half load');
    expect(cost.ratio).toBeCloseTo(1.5 / 8);
    expect(isMet(cost)).toBe(true);
  });

  it('is not kept when it is on the wrong one', () => {
    const slow = results({ ...both.sides, trialogue: side('Trialogue', { S1: limit(47_000, { cpuPer100k: 3 }) }) });
    expect(isMet(found('S1 deliveries/s, to Socket.IO + PostgreSQL', slow))).toBe(false);
    expect(isMet(found('CPU for 100,000 deliveries at half load', slow))).toBe(false);
  });

  it('is neither when one of the two was not measured or failed', () => {
    expect(isMet(found('in memory, which keeps nothing'))).toBeUndefined();
    const failed = results({ ...both.sides, 'socketio-pg': side('x', { S1: { failed: 'the machine burns' } }) });
    expect(isMet(found('S1 deliveries/s, to Socket.IO + PostgreSQL', failed))).toBeUndefined();
  });
});

describe('a doubt', () => {
  it('is none where the generator had time to spare', () => {
    expect(doubts(both)).toEqual([]);
  });

  it('is told where the generator was the limit, sent late, or was not alone', () => {
    const odd = limit(1, { generatorBusy: 0.99, lagP99Ms: 60, coresBusy: [1, 1] });
    const said = doubts(results({ trialogue: side('Trialogue', { S1: odd }) })).map(({ says }) => says);
    expect(said).toHaveLength(3);
    expect(said.join()).toMatch(/99 % of the time.*60 ms late.*0\.55 cores/s);
  });

  it('is not what stops a side whose server is busy', () => {
    expect(stoppedBy(step())).toBe("the server's core");
    expect(stoppedBy(step({ generatorBusy: 0.97 }))).toBe('both cores');
    expect(stoppedBy(step({ generatorBusy: 0.97, serverCores: 0.5 }))).toContain('the generator');
    expect(stoppedBy(step({ serverCores: 0.6, coresBusy: [0.7] }))).toContain('waiting');
  });
});

describe('after a crash', () => {
  it('what was acked and is gone is counted, and what is there twice', () => {
    expect(compared(['a', 'b', 'c'], ['a', 'c', 'c', 'd'])).toEqual({ acked: 3, missing: 1, repeated: 1 });
  });
});

describe('the page', () => {
  const full = results({
    ...both.sides,
    ejabberd: { name: 'ejabberd', keeps: '', skipped: 'not installed', outcomes: {} },
  });

  it('says where, when, what was left out, and holds every table that was measured', () => {
    const text = section(full, Object.keys(plots(full)));
    expect(text).toContain('2026-11-23, 2 cores (any), Node 20.20.2, 18 minutes');
    expect(text).toContain('Left out here: ejabberd: not installed.');
    expect(text).toContain('![throughput](performance/throughput.svg)');
    expect(text).toContain('| Trialogue | 1,000 | **50,000** |');
    expect(text).toContain('| S1 deliveries/s, to Socket.IO + PostgreSQL | ≥ 4 | 4.17 | ✓ |');
    expect(text).not.toContain('S5:');
  });

  it('says of the quick size that it proves little', () => {
    expect(section({ ...full, size: 'quick' }, [])).toContain('not how well');
  });

  it('has as many cells in each row as the table has columns', () => {
    const failed = results({ ...full.sides, prosody: side('Prosody', { S1: { failed: 'it | ended\nat once' } }) });
    for (const block of tables(failed)
      .split('\n\n')
      .filter((each) => each.startsWith('|'))) {
      const cells = block.split('\n').map((row) => row.split('|').length);
      expect(new Set(cells).size, block).toBe(1);
    }
    expect(tables(failed)).toContain('not measured: it / ended');
  });
});

describe('the pictures', () => {
  it('are drawn of what there is, and have no number that is none', () => {
    for (const [name, svg] of Object.entries(plots(both))) {
      expect(svg, name).not.toMatch(/NaN|Infinity|undefined/);
      expect(svg, name).toMatch(/^<svg [^>]*viewBox/);
      expect(svg, name).toContain('prefers-color-scheme: dark');
    }
  });

  it('are drawn of nothing, too', () => {
    for (const svg of Object.values(plots(results({})))) expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('put marks at round values that hold everything', () => {
    expect(evenMarks([0, 87])).toEqual([0, 20, 40, 60, 80, 100]);
    expect(evenMarks([])).toHaveLength(6);
    expect(logMarks([0.4, 230])).toEqual([0.1, 1, 10, 100, 1000]);
  });

  it('put no name on another', () => {
    const placed = spread([100, 101, 102, 300]).sort((a, b) => a - b);
    for (const [at, y] of placed.entries()) if (at > 0) expect(y - (placed[at - 1] ?? 0)).toBeGreaterThanOrEqual(17);
  });
});
