import { ensureInstalled } from '../parts/install.mjs';
import { pick, runSteps } from '../parts/steps.mjs';

/** Runs the steps of a list that the command line names, or all. The last line is `N passed, M failed`, counted in steps. */
export async function runAll(list) {
  let chosen = list;
  let result;
  try {
    chosen = pick(list, process.argv.slice(2));
    await ensureInstalled();
    result = await runSteps(chosen);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    result = { passed: 0, failed: chosen.length };
  }
  console.log(`${result.passed} passed, ${result.failed} failed`);
  process.exitCode = result.failed > 0 ? 1 : 0;
}
