// npm run stories -- --seeds 500: tells that many seeded stories. SEED=412 npm run stories tells one of them, line by line.
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';

import { run } from './parts/command.mjs';
import { ensureInstalled } from './parts/install.mjs';
import { whole } from './parts/numbers.mjs';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '500' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    out: { type: 'string' },
  },
});
const count = whole('--seeds', values.seeds, 'how many stories to tell, such as --seeds 500');
const from = whole('--from', values.from, 'the first seed, such as --from 1');
const workers = whole('--workers', values.workers, 'how many processes tell them, such as --workers 2');

await ensureInstalled();
const { bundle } = await import('../stories/run/bundle.mjs');
const { tellMany } = await import('../stories/run/many.mjs');
const { progress, summary, verdict } = await import('../stories/run/report.mjs');

const file = await bundle('world');
const { SEED } = process.env;
if (SEED) {
  const { code } = await run(process.execPath, ['--enable-source-maps', file, SEED], { show: true });
  process.exit(code);
}

const startedAt = performance.now();
const seconds = () => (performance.now() - startedAt) / 1000;
const line = progress(count, seconds);
const sums = await tellMany({ file, from, count, workers, onShare: line.show });
line.end();

const told = summary(sums, { from, seconds: seconds() });
console.log(told.text);
if (values.out) {
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify(told.data, null, 1)}\n`);
}
const bad = verdict(sums);
if (bad) console.error(bad);
process.exitCode = bad ? 1 : 0;
