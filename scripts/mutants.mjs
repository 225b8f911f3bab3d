// npm run mutants: breaks the system in one place after the other; each time the stories must notice.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { ensureInstalled } from './parts/install.mjs';
import { whole } from './parts/numbers.mjs';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3000' },
    only: { type: 'string', multiple: true },
    workers: { type: 'string', default: String(Math.min(2, availableParallelism())) },
  },
});
const count = whole('--seeds', values.seeds, 'how many stories a mutant may survive, such as --seeds 3000');
const workers = whole('--workers', values.workers, 'how many processes tell them, such as --workers 2');

await ensureInstalled();
const { bundle } = await import('../stories/run/bundle.mjs');
const { tellMany } = await import('../stories/run/many.mjs');
const { mutants } = await import('../stories/run/mutants.mjs');

const wanted = values.only ? mutants.filter(({ name }) => values.only.includes(name)) : mutants;
const unknown = (values.only ?? []).filter((name) => !mutants.some((each) => each.name === name));
if (unknown.length > 0) {
  console.error(`--only ${unknown.join(', ')}: expected some of ${mutants.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}

const SHARE = 10;
let survivors = 0;
for (const mutant of wanted) {
  if (!(await isCaught(mutant))) survivors++;
}
console.log(`${wanted.length - survivors} of ${wanted.length} mutants caught`);
process.exitCode = survivors > 0 ? 1 : 0;

/** Says what became of it. One that cannot be made is not caught. */
async function isCaught({ name, as, patches }) {
  try {
    const file = await bundle(`mutant-${name.replace(/\W+/g, '-')}`, patches);
    const until = ({ failures }) => failures.length > 0;
    const { failures, seeds } = await tellMany({ file, from: 1, count, workers, share: SHARE, until });
    const [first] = failures;
    if (!first) {
      console.log(`✗ ${name.padEnd(58)} survives ${seeds} seeds`);
      return false;
    }
    const [says = ''] = first.says.split('\n');
    const isAsExpected = as.includes(first.invariant);
    console.log(
      `${isAsExpected ? '✓' : '✗'} ${name.padEnd(58)}${String(first.seed).padStart(5)} seeds   ${says.replace(/^seed \d+, /, '')}`,
    );
    if (!isAsExpected) console.log(`  expected ${as.join(' or ')}\n${first.says}`);
    return isAsExpected;
  } catch (error) {
    console.log(`✗ ${name}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}
