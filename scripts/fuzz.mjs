// npm run fuzz -- …: hands odd input to everything that reads what strangers send. Arguments go to fuzz/src/main.ts:
//   --small           half a minute; without it the numbers of the plan, which take hours
//   --only http,sdk   some targets; the lines at the end name them
//   --times 5000      inputs of each target instead of its own number
//   --seed 7          the choices of an earlier run
//   --out folder      done in parts that are kept there; run again, it goes on where it stood
//   --minutes 30      no part begins after that

import { run } from './parts/command.mjs';
import { ensureInstalled } from './parts/install.mjs';

await ensureInstalled();
const fuzz = ['--import', 'tsx', '-C', '@trialogue/source', 'fuzz/src/main.ts', ...process.argv.slice(2)];
const { code } = await run(process.execPath, fuzz, { show: true });
process.exitCode = code;
