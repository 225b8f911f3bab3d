// npm test [-- unit browser …]: installs what is missing, then runs the checks and, in a real browser, the stories.
import { runAll } from './checks/runAll.mjs';
import { tests } from './checks/steps.mjs';

await runAll(tests);
