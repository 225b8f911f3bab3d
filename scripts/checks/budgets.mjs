import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { readJson } from '../parts/project.mjs';

const SDK_MOST_BYTES = 15_200;
const WEB = 'apps/web/dist';

const FRAME = 'src/views/groupConversation/useFrame.ts';

/**
 * What is fetched before something can be done; gzip. HTML, styles and scripts, the entry always among them.
 *
 *   conversation page          until its first message is shown
 *   frame, until bound         until the page around it can say who is there and choose a conversation
 *   frame, first message       the same frame until that conversation's first message is shown
 *   desk                       until its list is shown; the conversation beside it is a frame of the same files
 *
 * `parts` are what is fetched beside the entry: files of the source, or the names of chunks that `vite.config.ts` gives.
 * `words` are the areas of words that come with it, in the heaviest language. What is fetched later, such as what one
 * writes with, is in none of them.
 */
const pages = [
  { name: 'conversation page', mostBytes: 85_000, parts: ['start', 'conversation'], words: ['core'] },
  { name: 'frame, until bound', mostBytes: 64_000, parts: ['start', FRAME], words: ['core'] },
  { name: 'frame, first message', mostBytes: 88_800, parts: ['start', FRAME, 'conversation'], words: ['core'] },
  {
    name: 'desk',
    mostBytes: 94_200,
    parts: ['start', 'src/router/index.ts', 'src/views/workbench/Workbench.vue'],
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
    for (const file of [chunk.file, ...(chunk.css ?? [])]) fetched.add(file);
    for (const each of chunk.imports ?? []) visit(each);
  };
  for (const key of begin) visit(key);
  return [...fetched];
}

/** Where the manifest has a file of the source, or a chunk with a name of its own. */
function keyOf(manifest, part) {
  const key = manifest[part]
    ? part
    : Object.keys(manifest).find((each) => manifest[each].name === part && each.endsWith('.js'));
  if (key === undefined) throw new Error(`no chunk ${part} in the build: does the file still exist?`);
  return key;
}

/** The heaviest of all languages. */
function wordsOf(manifest, area) {
  const found = Object.keys(manifest).filter((key) => new RegExp(`i18n/[\\w-]+/${area}\\.ts$`).test(key));
  const [heaviest] = found
    .map((key) => manifest[key].file)
    .sort((a, b) => gzipBytes(join(WEB, b)) - gzipBytes(join(WEB, a)));
  if (heaviest === undefined) throw new Error(`no words ${area} in the build`);
  return heaviest;
}

function load({ parts, words }) {
  const manifest = readJson(join(WEB, '.vite/manifest.json'));
  const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
  const fetched = [
    'index.html',
    ...closure(manifest, [entry, ...parts.map((part) => keyOf(manifest, part))]),
    ...words.map((area) => wordsOf(manifest, area)),
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
