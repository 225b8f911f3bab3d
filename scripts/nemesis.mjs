// npm run nemesis -- …: does harm to a real server while clients talk over it. Arguments go to nemesis/src/main.ts:
//   --quick           a minute or two; without it the numbers of the plan, which take hours
//   --only R1,R3      some scenarios; the table at the end names them
//   --times 50        how often (of R12: for how many seconds) instead of the scenario's own number
//   --seed 7          the choices of an earlier run
//   --out folder      where results.json and the histories of what failed go; --keep keeps those of what passed
//   --server folder   a built server, instead of building one

import { run } from './parts/command.mjs';
import { ensureInstalled } from './parts/install.mjs';

await ensureInstalled();
const nemesis = ['--import', 'tsx', '-C', '@trialogue/source', 'nemesis/src/main.ts', ...process.argv.slice(2)];
const { code } = await run(process.execPath, nemesis, { show: true });
process.exitCode = code;
