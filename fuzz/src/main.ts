import { readOptions, type Options } from './options.ts';
import { keepPart, keptParts, together, type Part } from './results.ts';
import { run } from './run.ts';
import type { Target } from './target.ts';
import { targets } from './targets/index.ts';

/*
 * Hands to everything that reads what strangers send what nobody of ours would send.
 *
 *   corpus, vectors ──► mutate ──► target ──► the code, in this process or over the network
 *                                    │
 *                                    └── broken: the input is kept in corpus/ and tried first from then on
 *
 * With `--out` a run is done in parts that are kept there, and one that was cut off goes on where it stood.
 */

/** A run that is kept is done in so many parts of each target. */
const PARTS = 40;

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function main({ size, only, seed, times, out, minutes }: Options): Promise<void> {
  say(`Seed ${seed}`);
  const until = performance.now() + minutes * 60_000;
  let inputs = 0;
  let broken = 0;
  let isWhole = true;
  for (const target of targets.filter(({ name }) => only.length === 0 || only.includes(name))) {
    const wanted = times ?? target.times[size];
    const parts =
      out === undefined ? [await run(target, seed, wanted)] : await inParts(target, wanted, out, seed, until);
    const all = together(parts);
    const isDone = all.inputs >= wanted || all.broken.length > 0;
    const isBlind = size === 'full' && isDone && all.missed.length > 0;
    inputs += all.inputs;
    broken += all.broken.length + (isBlind ? 1 : 0);
    isWhole &&= isDone;
    tell(target, wanted, all, isBlind);
  }
  say(`${inputs} inputs, ${broken} did harm (seed ${seed})${isWhole ? '' : '; not all of them yet: run it again'}`);
  // A server may have left a timer; what was asked is done.
  process.exit(broken === 0 ? 0 : 1);
}

/** @returns those of earlier runs as well. */
async function inParts(target: Target, wanted: number, out: string, seed: number, until: number): Promise<Part[]> {
  const parts = keptParts(out, target.name);
  const most = Math.ceil(wanted / PARTS);
  for (;;) {
    const left = wanted - parts.reduce((sum, { inputs }) => sum + inputs, 0);
    if (left <= 0 || parts.some(({ broken }) => broken.length > 0) || performance.now() >= until) return parts;
    const part = await run(target, seed + parts.length, Math.min(left, most));
    keepPart(out, target.name, part);
    parts.push(part);
    say(`  ${target.name}: part ${parts.length}, ${part.inputs} inputs in ${part.seconds.toFixed(0)} s`);
  }
}

function tell({ name, title }: Target, wanted: number, all: ReturnType<typeof together>, isBlind: boolean): void {
  const mark = all.broken.length > 0 || isBlind ? '✗' : all.inputs < wanted ? '…' : '✓';
  const figures = [
    `${all.inputs} inputs in ${all.seconds.toFixed(1)} s`,
    `the slowest ${all.slowestMs.toFixed(0)} ms`,
    `${Math.round(all.readShare * 100)} % read`,
    `${Object.keys(all.reached).length} ways`,
  ];
  say(`${mark} ${name}: ${title}: ${figures.join(', ')}`);
  for (const { why, file } of all.broken)
    say(
      `    ${why.split('\n').slice(0, 4).join('\n    ')}\n    kept: ${file ?? 'run it again with the seed of this part'}`,
    );
  if (isBlind) say(`    never got to: ${all.missed.join(', ')}`);
}

try {
  await main(
    readOptions(
      process.argv.slice(2),
      targets.map(({ name }) => name),
    ),
  );
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
