// Node's own modules only, here and in all scripts that run before anything is installed.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project. Every script works from there, wherever it was called. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
process.chdir(root);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old for Trialogue: install Node 20.19 or newer.`);
  process.exit(1);
}

export const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

const startedAt = performance.now();
const elapsed = () => `${Math.round((performance.now() - startedAt) / 1000)} s`;

/** One line of progress, with the seconds since the script began. */
export const say = (text) => console.log(`[${elapsed().padStart(5)}] ${text}`);
