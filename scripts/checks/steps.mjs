import { ensureBeside } from '../parts/beside.mjs';
import { ensureBuilt } from '../parts/builds.mjs';
import { ensureChromium } from '../parts/chromium.mjs';
import { must, run, tool } from '../parts/command.mjs';
import { ensureHarm } from '../parts/harm.mjs';
import { step } from '../parts/steps.mjs';
import { ensureWebkit } from '../parts/webkit.mjs';
import { budgets } from './budgets.mjs';
import { dependencies } from './dependencies.mjs';
import { imports } from './imports.mjs';
import { licences } from './licences.mjs';
import { portable } from './portable.mjs';

const does =
  (name, ...args) =>
  async () =>
    void (await must(tool(name, args)));

/** Says how many tests passed; Vitest ends with `Tests  412 passed (412)`. */
const vitest = (project) => async () => {
  const output = await must(tool('vitest', ['run', '--project', project], { env: { NO_COLOR: '1' } }));
  return /Tests +(.*)/.exec(output)?.[1];
};

/** A program of ours that ends with one line that says how it went. */
const program =
  (file, ...args) =>
  async () => {
    const output = await must(run(process.execPath, [file, ...args]));
    return output.trim().split('\n').at(-1);
  };

/** `npm run check`. */
export const checks = [
  step('format', 'Format', does('oxfmt', '--check')),
  step('lint', 'Lint', does('oxlint', '--deny-warnings')),
  step('lint-vue', 'Lint of components', does('eslint', '--max-warnings=0', 'apps/web/src/**/*.vue')),
  step('types', 'Types', does('tsc', '-b')),
  step('types-web', 'Types of the web client', does('vue-tsc', '--noEmit', '-p', 'apps/web/tsconfig.json')),
  step(
    'layers',
    'Who may import whom',
    does('depcruise', '--config', '.dependency-cruiser.cjs', 'packages', 'apps', 'stories', 'bench', 'nemesis', 'fuzz'),
  ),
  step('imports', 'Imports are declared', imports),
  step('dead', 'No dead code', does('knip')),
  step('portable', 'No paths or hosts of one machine', portable),
  step('licences', 'Licences', licences),
  step('dependencies', 'What ships is listed', dependencies),
  step('build', 'Build', () => ensureBuilt()),
  step('budgets', 'Sizes', budgets, { after: ['build'] }),
  step('unit', 'Unit and contracts', vitest('unit'), { after: ['beside'] }),
  step('web', 'Web client', vitest('web')),
  step('stories', 'Seeded stories', vitest('stories'), { after: ['beside'] }),
];

/** `npm test`: the checks, then what takes minutes: people in real browsers, thousands of worlds, and harm to real servers. */
export const tests = [
  step('beside', 'Servers to run beside', ensureBeside),
  ...checks,
  step('chromium', 'A browser is there', ensureChromium),
  step('webkit', 'And WebKit', ensureWebkit, { after: ['chromium'] }),
  step('browser', 'Stories in the browser', vitest('browser'), { after: ['build', 'chromium', 'webkit'], alone: true }),
  step('conformance', 'Conformance suite, and its faults', vitest('conformance'), { alone: true }),
  step('worlds', '5,000 seeded worlds', program('scripts/stories.mjs', '--seeds', '5000'), { alone: true }),
  step('mutants', 'Mutants are caught', program('scripts/mutants.mjs'), { alone: true }),
  step('fuzz', 'Odd input does no harm', program('scripts/fuzz.mjs', '--small'), { alone: true }),
  step('harm', 'Tools to do harm with', ensureHarm),
  step(
    'nemesis',
    'Real servers, killed and cut off',
    program('scripts/nemesis.mjs', '--quick', '--out', '.artifacts/nemesis'),
    {
      after: ['harm'],
      alone: true,
    },
  ),
];
