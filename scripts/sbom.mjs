// npm run sbom: what ships that others wrote, to docs/DEPENDENCIES.md and, as CycloneDX, to .artifacts/sbom.cdx.json.
//   --ages       asks the registry when the versions that we ask for ourselves were published, where the page has no day
//   --ages all   the same for every one
// Without it nothing is asked, and the days that the page has are kept.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { must, npm } from './parts/command.mjs';
import { cyclonedx } from './parts/cyclonedx.mjs';
import { daysIn, dependenciesPage } from './parts/dependenciesPage.mjs';
import { readJson, root, say } from './parts/project.mjs';
import { idOf, shipped } from './parts/shipped.mjs';

const [option, whose = 'own', ...rest] = process.argv.slice(2);
if ((option !== undefined && option !== '--ages') || !['own', 'all'].includes(whose) || rest.length > 0) {
  console.error(`npm run sbom -- ${process.argv.slice(2).join(' ')}: expected nothing, --ages or --ages all`);
  process.exit(1);
}

const file = join(root, 'docs', 'DEPENDENCIES.md');
const packages = shipped();
const days = existsSync(file) ? daysIn(readFileSync(file, 'utf8')) : new Map();
if (option === '--ages') {
  const asked = packages.filter((it) => (whose === 'all' || it.path.length === 2) && !days.has(idOf(it.name, it)));
  for (const { name, version } of asked) {
    const times = JSON.parse(await must(npm(['view', name, 'time', '--json', '--loglevel=error'])));
    if (typeof times[version] === 'string') days.set(idOf(name, { version }), times[version].slice(0, 10));
    else say(`${name} ${version}: the registry names no day`);
  }
}
writeFileSync(file, dependenciesPage(packages, days));
mkdirSync(join(root, '.artifacts'), { recursive: true });
const list = cyclonedx(readJson('package.json'), packages);
writeFileSync(join(root, '.artifacts', 'sbom.cdx.json'), `${JSON.stringify(list, undefined, 2)}\n`);
say(`${packages.length} packages: docs/DEPENDENCIES.md, .artifacts/sbom.cdx.json`);
