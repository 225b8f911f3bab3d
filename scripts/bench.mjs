// npm run bench -- …: builds the server, then puts load on it and on others. Arguments go to bench/src/main.ts; docs/PERFORMANCE.md
// says which there are.

import { ensureBuilt } from './parts/builds.mjs';
import { run } from './parts/command.mjs';
import { ensureInstalled } from './parts/install.mjs';

await ensureInstalled();
await ensureBuilt({ names: ['SDK', 'web client', 'server'] });
const load = ['--import', 'tsx', '-C', '@trialogue/source', 'bench/src/main.ts', ...process.argv.slice(2)];
const { code } = await run(process.execPath, load, { show: true });
process.exitCode = code;
