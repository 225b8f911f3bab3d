import { existsSync, readFileSync } from 'node:fs';

import { daysIn, dependenciesPage } from '../parts/dependenciesPage.mjs';
import { shipped } from '../parts/shipped.mjs';

const page = 'docs/DEPENDENCIES.md';

/** The page of what ships says what the lock has: names, versions, licences, and who asks for each. */
export function dependencies() {
  const packages = shipped();
  const written = existsSync(page) ? readFileSync(page, 'utf8') : '';
  if (written === dependenciesPage(packages, daysIn(written))) return `${packages.length} packages`;
  throw new Error(`${page} is behind package-lock.json. Run: npm run sbom`);
}
