// npm run bench:growth: what costs more when there is more in the database. Arguments go to bench/src/growth/main.ts.

import { ensureBuilt } from './parts/builds.mjs';
import { run } from './parts/command.mjs';
import { ensureInstalled } from './parts/install.mjs';

await ensureInstalled();
await ensureBuilt({ names: ['SDK', 'web client', 'server'] });
const main = ['--import', 'tsx', '-C', '@trialogue/source', 'bench/src/growth/main.ts'];
const { code } = await run(process.execPath, [...main, ...process.argv.slice(2)], { show: true });
process.exitCode = code;
