// npm run check [-- types unit …]: everything that can be checked without a browser, or only the named steps.
import { runAll } from './checks/runAll.mjs';
import { checks } from './checks/steps.mjs';

await runAll(checks);
