import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { readJson } from '../parts/project.mjs';

const SDK_MOST_BYTES = 22_700;
const FIRST_LOAD_MOST_BYTES = 110_000;
const WEB = 'apps/web/dist';

const gzipBytes = (file) => gzipSync(readFileSync(file), { level: 9 }).length;
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

/** The scripts that a browser fetches to show the conversation: the entry, the route if it is apart, and all they import at once. */
function firstLoad() {
  const manifest = readJson(join(WEB, '.vite/manifest.json'));
  const chunks = Object.keys(manifest);
  const isRoute = (name) => /views\/groupConversation\//.test(name) && manifest[name].isDynamicEntry;
  const begin = chunks.filter((name) => manifest[name].isEntry || isRoute(name));
  if (begin.length === 0) throw new Error(`no entry among the chunks: ${chunks.join(', ')}`);
  const files = new Set();
  const visited = new Set();
  const visit = (name) => {
    if (visited.has(name)) return;
    visited.add(name);
    files.add(manifest[name].file);
    for (const each of manifest[name].imports ?? []) visit(each);
  };
  for (const each of begin) visit(each);
  return [...files].filter((file) => file.endsWith('.js'));
}

/** What people wait for on a slow line stays small. Sizes are gzip. */
export function budgets() {
  const sdk = gzipBytes('packages/sdk/dist/im-sdk.min.js');
  const files = firstLoad().map((file) => [file, gzipBytes(join(WEB, file))]);
  const page = files.reduce((sum, [, bytes]) => sum + bytes, 0);
  const list = files.map(([file, bytes]) => `  ${kB(bytes).padStart(9)}  ${file}`).join('\n');
  const over = [];
  if (sdk > SDK_MOST_BYTES) over.push(`im-sdk.min.js has ${kB(sdk)}, at most ${kB(SDK_MOST_BYTES)} are allowed`);
  if (page > FIRST_LOAD_MOST_BYTES) {
    over.push(`the conversation page loads ${kB(page)}, at most ${kB(FIRST_LOAD_MOST_BYTES)} are allowed:\n${list}`);
  }
  if (over.length > 0) throw new Error(over.join('\n'));
  return `SDK ${kB(sdk)}, page ${kB(page)}`;
}
