import { readFileSync } from 'node:fs';

import { readJson } from '../parts/project.mjs';
import { ourFiles } from './files.mjs';

const COMMENT = /\/\*[^]*?\*\/|^\s*\/\/.*$/gm;
const SPECIFIER = /^\s*(?:import|export)\s[^'"`;]*?from\s*'([^']+)'|^\s*import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm;
const packageOf = (specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
const isBare = (specifier) => !/^[./]|^node:|^virtual:/.test(specifier);

/** Run by people and tests, never shipped: these may use what the root package.json holds. */
const TOOLING = [
  /\.test\.ts$|(UnderTest|\/fakes|\/fixture|\/crashWriter)\.ts$/,
  /(^|\/)(build|workerFromSource)\.mjs$|\.config\.(ts|js)$|^apps\/web\/vite\//,
  /^(stories|bench|nemesis|fuzz)\//,
];
const isTooling = (file) => TOOLING.some((pattern) => pattern.test(file));

const foldersOf = (pattern) => (pattern.endsWith('/*') ? [`${pattern.slice(0, -2)}/[^/]+`] : [pattern]);

/**
 * npm links every workspace at the root, so an import that is not declared still resolves here and nowhere else.
 * What ships may use its own `dependencies`, and workspaces that it bundles; the rest, `devDependencies` too.
 */
export function imports() {
  const rootPackage = readJson('package.json');
  const workspaces = new RegExp(`^(${rootPackage.workspaces.flatMap(foldersOf).join('|')})/`);
  const manifests = new Map();
  const found = [];
  for (const file of ourFiles()) {
    const folder = /\.(ts|vue|mjs)$/.test(file) ? workspaces.exec(file)?.[1] : undefined;
    if (folder === undefined) continue;
    if (!manifests.has(folder)) manifests.set(folder, readJson(`${folder}/package.json`));
    const { name, dependencies = {}, devDependencies = {} } = manifests.get(folder);
    const isDeclared = (needed) =>
      needed === name ||
      needed in dependencies ||
      (needed in devDependencies && (isTooling(file) || needed.startsWith('@trialogue/'))) ||
      (isTooling(file) && needed in rootPackage.devDependencies);
    for (const [, from, alone, called] of readFileSync(file, 'utf8').replace(COMMENT, '').matchAll(SPECIFIER)) {
      const specifier = from ?? alone ?? called;
      if (isBare(specifier) && !isDeclared(packageOf(specifier))) {
        found.push(`${file}: imports ${specifier}, which ${folder}/package.json does not declare`);
      }
    }
  }
  if (found.length > 0) throw new Error(found.join('\n'));
}
