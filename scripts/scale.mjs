// npm run scale [-- --page]: how far it goes, where it breaks and what to add; --page writes docs/SCALE.md and its plots.
import { must, run } from './parts/command.mjs';
import { ensureInstalled } from './parts/install.mjs';

await ensureInstalled();
const args = ['--import', 'tsx', '-C', '@trialogue/source', 'bench/src/scale/main.ts', ...process.argv.slice(2)];
process.stdout.write(await must(run(process.execPath, args)));
