import { readFileSync } from 'node:fs';

import { readJson, root } from '../parts/project.mjs';
import { ourFiles } from './files.mjs';

const TEXT = /\.(ts|vue|mjs|cjs|js|json|md|html|css|txt|yml|sh)$|^\.(npmrc|ci\/run)$/;
/** Somebody's home, or the address of a package registry. */
const OF_ONE_MACHINE = /(?<![\w.])\/(?:home|Users)\/[a-z]|https?:\/\/(?:registry|npm)\.[\w.-]+/;

/** Nothing in the project belongs to one machine: no absolute paths, no registry, and the lock fits any registry. */
export function portable() {
  const found = [];
  for (const [place, { resolved, link }] of Object.entries(readJson('package-lock.json').packages)) {
    if (resolved && !link)
      found.push(`package-lock.json: ${place} names a registry; set omit-lockfile-registry-resolved`);
  }
  for (const file of ourFiles()) {
    if (!TEXT.test(file)) continue;
    readFileSync(file, 'utf8')
      .split('\n')
      .forEach((line, at) => {
        if (OF_ONE_MACHINE.test(line) || line.includes(`${root}/`))
          found.push(`${file}:${at + 1}: ${line.trim().slice(0, 120)}`);
      });
  }
  if (found.length > 0) throw new Error(found.join('\n'));
}
