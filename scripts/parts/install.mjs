import { existsSync, rmSync } from 'node:fs';

import { npm } from './command.mjs';
import { readJson, say } from './project.mjs';

const INSTALLED = 'node_modules/.package-lock.json';

/** Whether node_modules is what the lock asks for. npm writes the list of what it installed when it is done. */
function isInstalled() {
  if (!existsSync(INSTALLED)) return false;
  const wanted = readJson('package-lock.json').packages;
  const there = readJson(INSTALLED).packages;
  return Object.entries(wanted).every(([place, { version, link, optional }]) => {
    if (!place.startsWith('node_modules/')) return true;
    const found = there[place];
    // Binaries for other platforms are in the lock and not on the disk.
    if (!found) return optional === true;
    return (link === true || found.version === version) && existsSync(place);
  });
}

/** Installs what the lock says, unless it is there already. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  say('Installing dependencies (npm ci) …');
  const patience = setInterval(() => say('  still installing …'), 10_000);
  try {
    let ended = await npm(['ci', '--prefer-offline', '--no-audit', '--no-fund']);
    if (ended.code !== 0) {
      // What a killed install leaves behind can make the next one fail.
      say('  that failed; once more, with an empty node_modules …');
      rmSync('node_modules', { recursive: true, force: true });
      ended = await npm(['ci', '--no-audit', '--no-fund']);
    }
    if (ended.code !== 0) throw new Error(`npm ci failed:\n${ended.output}`);
  } finally {
    clearInterval(patience);
  }
  say('Dependencies are installed.');
}
