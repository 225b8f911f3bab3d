import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname } from 'node:path';

import { now, sleep } from './clock.ts';
import { childrenOf } from './cpu.ts';
import { Generators } from './generators.ts';
import { readOptions, type Options } from './options.ts';
import { canPin, onCores, SERVER_CORES } from './pin.ts';
import { writePage } from './report/page.ts';
import { tables } from './report/tables.ts';
import { crash } from './scenarios/crash.ts';
import { history } from './scenarios/history.ts';
import { joins } from './scenarios/joins.ts';
import { manyGroups, oneCrowd, tenGroupsEach } from './scenarios/limit.ts';
import type { Failed, Outcomes, Results, SideResults } from './scenarios/results.ts';
import { full, quick } from './scenarios/sizes.ts';
import { slowReaders } from './scenarios/slow.ts';
import type { Stage } from './scenarios/stage.ts';
import { sidesOf, ids } from './sides/index.ts';
import type { Running, Scenario, Side } from './sides/side.ts';

/*
 * How much one server process on one core does, beside what people would pick instead.
 *
 *   main.ts ── starts, on core 0 ──► one side after the other, fresh for each scenario
 *      └────── starts, on core 1 ──► generator/main.ts: the sockets of all members
 *
 * A delivery is a message that reached a member other than its sender. Latencies count from the moment at which a
 * message was due. What a scenario asks for is in docs/PERFORMANCE.md.
 */

/** A scenario that takes longer is given up, and the next one begins. */
const SCENARIO_MS = 120_000;
/** What has not begun by then is left out. */
const LONGEST_MS = 25 * 60_000;
const ENDING_MS = 15_000;

const play: { [Name in Scenario]: (stage: Stage) => Promise<Outcomes[Name]> } = {
  S3: joins,
  S1: manyGroups,
  S2: oneCrowd,
  S5: history,
  S6: crash,
  S7: slowReaders,
  S8: tenGroupsEach,
};

const begunAt = now();
const say = (line: string): void =>
  void process.stdout.write(`[${((now() - begunAt) / 1000).toFixed(0).padStart(4)} s] ${line}\n`);

async function bench(options: Options): Promise<Results> {
  const pinned = canPin();
  if (!pinned) say('No second core or no taskset here: server and generator are not kept apart.');
  const results: Results = {
    at: new Date().toISOString(),
    size: options.quick ? 'quick' : 'full',
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      node: process.version,
      pinned,
      loadBefore: loadavg()[0] ?? 0,
    },
    minutes: 0,
    sides: {},
  };
  for (const side of sidesOf(options)) {
    const { id, name, keeps } = side;
    const lacks = await side.lacks();
    results.sides[id] = { name, keeps, outcomes: {}, ...(lacks !== undefined && { skipped: lacks }) };
    if (lacks !== undefined) say(`${name}: left out, ${lacks}`);
    else await playSide(side, options, results.sides[id]);
  }
  return { ...results, minutes: (now() - begunAt) / 60_000 };
}

async function playSide(side: Side, { quick: isQuick, only, rate }: Options, results: SideResults): Promise<void> {
  for (const scenario of only.filter((each) => side.runs.includes(each))) {
    if (now() - begunAt > LONGEST_MS) {
      results.outcomes[scenario] = { failed: 'no time was left' };
      continue;
    }
    say(`${side.name}, ${scenario} …`);
    const others = childrenOf(process.pid);
    const generators = await Generators.start();
    let running: Running | undefined;
    let outcome: Outcomes[Scenario] | Failed;
    try {
      running = await onCores(SERVER_CORES, () => side.start());
      const { crash, ...rest } = running;
      const stage: Stage = {
        side,
        // What it starts anew belongs on its core, too.
        running: { ...rest, crash: () => onCores(SERVER_CORES, crash) },
        generators,
        sizes: isQuick ? quick : full,
        ...(rate !== undefined && { rate }),
        pids: () => childrenOf(process.pid).filter((pid) => ![...others, ...generators.pids].includes(pid)),
        say: (line) => say(`  ${line}`),
      };
      outcome = await within<Outcomes[Scenario]>(SCENARIO_MS, play[scenario](stage));
      say(`  ${JSON.stringify(outcome, rounded).slice(0, 160)}`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      outcome = { failed: [why, running?.died()].filter(Boolean).join('; ') };
      say(`  failed: ${outcome.failed}`);
    }
    results.outcomes[scenario] = outcome as never;
    generators.end();
    await within(ENDING_MS, running?.stop() ?? Promise.resolve()).catch((error: unknown) => {
      say(`  it did not end well: ${String(error)}`);
      process.exitCode = 1;
    });
    for (const pid of childrenOf(process.pid)) if (!others.includes(pid)) kill(pid);
    await sleep(300);
  }
}

const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(3)) : value);

async function within<Of>(ms: number, work: Promise<Of>): Promise<Of> {
  let late: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new Error(`not done within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(late);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

try {
  const options = readOptions(process.argv.slice(2), ids);
  const before = childrenOf(process.pid);
  process.once('exit', () => {
    for (const pid of childrenOf(process.pid)) if (!before.includes(pid)) kill(pid);
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const results = await bench(options);
  mkdirSync(dirname(options.out), { recursive: true });
  writeFileSync(options.out, `${JSON.stringify(results, undefined, 1)}\n`);
  process.stdout.write(`\n${tables(results)}\n\n`);
  say(`Written to ${options.out}`);
  if (options.page) writePage(results);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
