import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { randomFrom } from '@trialogue/testkit';

import { undoAll } from './cleanUp.ts';
import { readOptions, type Options } from './options.ts';
import { closingLine, figures, table, wrongs, type Row } from './report.ts';
import { emptyResult, type Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { buildServer, builtServer, type Bundle } from './server/bundle.ts';

/*
 * Does harm to a real server, over and over, while real clients talk over it, and has their histories judged.
 *
 *   main.ts ── scenario ──► server (its own process, database and disk)
 *                 │            ▲ sockets
 *                 ├──────► crowd ──► history.jsonl ──► check/main.ts (a process, too) ──► anomalies
 *                 └── kill, strace, freeze, fill, pause …
 */

const startedAt = performance.now();
const say = (line: string): void =>
  void process.stdout.write(`[${Math.round((performance.now() - startedAt) / 1000)} s]`.padStart(8) + ` ${line}\n`);

async function play(
  scenario: Scenario,
  bundle: Bundle,
  folder: string,
  { size, seed, times, keep: keepsAll }: Options,
): Promise<Row> {
  const { name, title } = scenario;
  const beganAt = performance.now();
  const row = (outcome: Row['outcome'], result = emptyResult(), why?: string): Row => ({
    name,
    title,
    outcome,
    ...(why !== undefined && { why }),
    seconds: (performance.now() - beganAt) / 1000,
    result,
  });
  const lacks = scenario.lacks?.();
  if (lacks !== undefined) return row('skipped', undefined, lacks);
  say(`${name}: ${title} …`);
  try {
    const stage = {
      bundle,
      size,
      random: randomFrom(seed),
      folder,
      times,
      keepsAll,
      say: (line: string) => say(`${name}: ${line}`),
    };
    const result = await scenario.run(stage);
    return row(result.anomalies.length + result.broken.length === 0 ? 'passed' : 'failed', result);
  } catch (error) {
    const result = emptyResult();
    result.broken.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return row('failed', result);
  }
}

async function main(options: Options): Promise<void> {
  const folder = options.out === undefined ? mkdtempSync(join(tmpdir(), 'trialogue-nemesis-')) : resolve(options.out);
  mkdirSync(folder, { recursive: true });
  say(`Seed ${options.seed}. Results go to ${folder}`);
  if (options.server === undefined) say('Building the server …');
  const bundle = options.server === undefined ? buildServer() : builtServer(resolve(options.server));

  const chosen = scenarios.filter(({ name, isLong }) =>
    options.only.length > 0 ? options.only.includes(name) : options.size === 'full' || !isLong,
  );
  const rows: Row[] = [];
  for (const scenario of chosen) {
    const row = await play(scenario, bundle, folder, options);
    rows.push(row);
    say(`${row.name}: ${row.outcome}${row.why === undefined ? '' : `: ${row.why}`}`);
    for (const wrong of wrongs(row)) say(`  ${wrong}`);
    for (const note of row.result.notes) say(`  ${note}`);
    for (const history of row.result.histories) say(`  history kept: ${history}`);
    keep(folder, options, rows);
  }
  process.stdout.write(`\n${table(rows)}\n${closingLine(rows)}\n`);
  if (rows.some(({ outcome }) => outcome === 'failed')) process.exitCode = 1;
}

function keep(folder: string, options: Options, rows: readonly Row[]): void {
  const kept = {
    at: new Date().toISOString(),
    commit: commit(),
    node: process.version,
    cpus: cpus().map(({ model }) => model),
    options,
    rows: rows.map((row) => ({
      name: row.name,
      title: row.title,
      outcome: row.outcome,
      why: row.why,
      seconds: row.seconds,
      ...figures(row),
      wrongs: wrongs(row),
      notes: row.result.notes,
      anomalies: row.result.anomalies,
      histories: row.result.histories,
    })),
  };
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(kept, undefined, 2)}\n`);
}

function commit(): string | undefined {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

try {
  await main(
    readOptions(
      process.argv.slice(2),
      scenarios.map(({ name }) => name),
    ),
  );
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  undoAll();
}
