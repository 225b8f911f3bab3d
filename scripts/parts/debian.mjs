import { existsSync } from 'node:fs';

import { run } from './command.mjs';
import { say } from './project.mjs';

/** Installs packages of Debian where that may be done: as root, where apt is. @returns whether it was tried. */
export async function installFromDebian(what, packages) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  say(`Installing ${what} from Debian …`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
  return true;
}
