import { readOptions, type Options } from './options.ts';
import { run } from './run.ts';
import { targets } from './targets/index.ts';

/*
 * Hands to everything that reads what strangers send what nobody of ours would send.
 *
 *   corpus, vectors ──► mutate ──► target ──► the code, in this process or over the network
 *                                    │
 *                                    └── broken: the input is kept in corpus/ and tried first from then on
 */

async function main({ size, only, seed, times }: Options): Promise<void> {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  say(`Seed ${seed}`);
  let inputs = 0;
  let broken = 0;
  for (const target of targets.filter(({ name }) => only.length === 0 || only.includes(name))) {
    const outcome = await run(target, seed, times ?? target.times[size]);
    inputs += outcome.inputs;
    broken += outcome.broken.length;
    const figures = `${outcome.inputs} inputs in ${outcome.seconds.toFixed(1)} s, the slowest ${outcome.slowestMs.toFixed(0)} ms`;
    say(`${outcome.broken.length === 0 ? '✓' : '✗'} ${target.name}: ${target.title}: ${figures}`);
    for (const { why, file } of outcome.broken)
      say(`    ${why.split('\n').slice(0, 4).join('\n    ')}\n    kept: ${file ?? `run it again with --seed ${seed}`}`);
  }
  say(`${inputs} inputs, ${broken} did harm (seed ${seed})`);
  // A server may have left a timer; what was asked is done.
  process.exit(broken === 0 ? 0 : 1);
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
