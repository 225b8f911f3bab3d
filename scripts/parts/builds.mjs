import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { must, run, tool } from './command.mjs';
import { compress } from './compress.mjs';
import { say } from './project.mjs';

const script = (folder) => () => run(process.execPath, ['build.mjs'], { cwd: folder });

/** What is built, each after what it needs. */
const targets = [
  {
    name: 'SDK',
    makes: 'packages/sdk/dist/im-sdk.min.js',
    from: ['packages/protocol', 'packages/crypto', 'packages/sdk'],
    build: script('packages/sdk'),
    serves: 'packages/sdk/dist',
  },
  {
    name: 'web client',
    makes: 'apps/web/dist/index.html',
    from: ['packages/protocol', 'packages/crypto', 'packages/sdk', 'apps/web'],
    build: () => tool('vite', ['build', '--manifest'], { cwd: 'apps/web' }),
    serves: 'apps/web/dist',
  },
  {
    name: 'server',
    makes: 'packages/server/dist/main.js',
    from: ['packages/protocol', 'packages/crypto', 'packages/server'],
    build: script('packages/server'),
  },
  {
    name: 'conformance suite',
    makes: 'packages/conformance/dist/trialogue-conformance.mjs',
    from: ['packages/protocol', 'packages/crypto', 'packages/conformance'],
    build: script('packages/conformance'),
  },
];

const NOT_SOURCE = new Set(['node_modules', 'dist', 'dev', 'vectors', 'data']);

const byName = (a, b) => (a.name < b.name ? -1 : 1);

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort(byName)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !NOT_SOURCE.has(entry.name)) yield* sources(path);
    else if (entry.isFile() && !/\.(test\.ts|md)$/.test(entry.name)) yield path;
  }
}

function fingerprint(folders) {
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', 'tsconfig.base.json', ...folders.flatMap((each) => [...sources(each)])]) {
    hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

const noteOf = (name) => join('node_modules', '.cache', 'trialogue', `built-${name.replaceAll(' ', '-')}`);
const isFresh = (name, makes, print) =>
  existsSync(makes) && existsSync(noteOf(name)) && readFileSync(noteOf(name), 'utf8') === print;

/** Builds what changed since it was last built; `all` builds what did not, too. */
export async function ensureBuilt({ all = false, names = targets.map(({ name }) => name) } = {}) {
  for (const { name, makes, from, build, serves } of targets.filter((each) => names.includes(each.name))) {
    const print = fingerprint(from);
    if (!all && isFresh(name, makes, print)) continue;
    say(`Building the ${name} …`);
    await must(build());
    if (!existsSync(makes)) throw new Error(`the build of the ${name} did not make ${makes}`);
    if (serves) compress(serves);
    mkdirSync(dirname(noteOf(name)), { recursive: true });
    writeFileSync(noteOf(name), print);
  }
}
