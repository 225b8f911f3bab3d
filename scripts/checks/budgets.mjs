import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { readJson } from '../parts/project.mjs';

const SDK_MOST_BYTES = 19_990;
const WEB = 'apps/web/dist';

/**
 * What people wait for before they read the first message; gzip. `routes` are the lazy parts that a page is made of
 * beside the entry, `words` the area of words that comes with them in a language other than the bundled one. To come to,
 * in this order: 85, 75 and 140 kB.
 */
const pages = [
  { name: 'conversation page', mostBytes: 98_800, routes: [], words: ['core'] },
  {
    name: 'conversation in a frame',
    mostBytes: 100_800,
    routes: ['src/views/groupConversation/useFrame.ts'],
    words: ['core'],
  },
  {
    name: 'desk',
    mostBytes: 140_000,
    routes: ['src/router/index.ts', 'src/views/workbench/Workbench.vue'],
    words: ['core', 'desk'],
  },
];
const files = [
  { name: 'im-sdk.min.js', mostBytes: SDK_MOST_BYTES, file: 'packages/sdk/dist/im-sdk.min.js' },
  { name: 'embed.js', mostBytes: 3_000, file: join(WEB, 'embed.js') },
];

const gzipBytes = (file) => gzipSync(readFileSync(file), { level: 9 }).length;
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

/** Everything that a browser fetches at once for these chunks: themselves, all they import, and their styles. */
function closure(manifest, begin) {
  const fetched = new Set();
  const visited = new Set();
  const visit = (key) => {
    if (visited.has(key)) return;
    visited.add(key);
    const chunk = manifest[key];
    if (!chunk) throw new Error(`no chunk ${key} in the build: does the file still exist?`);
    for (const file of [chunk.file, ...(chunk.css ?? [])]) fetched.add(file);
    for (const each of chunk.imports ?? []) visit(each);
  };
  for (const key of begin) visit(key);
  return [...fetched];
}

/** The heaviest words, of the languages that are not in the entry. */
function wordsOf(manifest, area) {
  const found = Object.keys(manifest).filter((key) => new RegExp(`i18n/[\\w-]+/${area}\\.ts$`).test(key));
  const [heaviest] = found
    .map((key) => manifest[key].file)
    .sort((a, b) => gzipBytes(join(WEB, b)) - gzipBytes(join(WEB, a)));
  return heaviest ?? [];
}

function load({ routes, words }) {
  const manifest = readJson(join(WEB, '.vite/manifest.json'));
  const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
  const fetched = [
    'index.html',
    ...closure(manifest, [entry, ...routes]),
    ...words.flatMap((area) => wordsOf(manifest, area)),
  ];
  return fetched.map((file) => [file, gzipBytes(join(WEB, file))]).sort(([, a], [, b]) => b - a);
}

/** What people wait for on a slow line stays small. */
export function budgets() {
  const over = [];
  const found = [];
  for (const { name, mostBytes, file } of files) {
    const bytes = gzipBytes(file);
    found.push(`${name} ${kB(bytes)}`);
    if (bytes > mostBytes) over.push(`${name} has ${kB(bytes)}, at most ${kB(mostBytes)} are allowed`);
  }
  for (const page of pages) {
    const fetched = load(page);
    const bytes = fetched.reduce((sum, [, each]) => sum + each, 0);
    const list = fetched.map(([file, each]) => `  ${kB(each).padStart(9)}  ${file}`).join('\n');
    found.push(`${page.name} ${kB(bytes)}`);
    if (bytes > page.mostBytes)
      over.push(`the ${page.name} loads ${kB(bytes)}, at most ${kB(page.mostBytes)} are allowed:\n${list}`);
  }
  if (over.length > 0) throw new Error(over.join('\n'));
  return found.join(', ');
}
