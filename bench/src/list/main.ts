import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import vue from '@vitejs/plugin-vue';
import { build, preview } from 'vite';

import { put } from '../performancePage.ts';
import { measure, type Measured } from './measure.ts';
import { report, type Results } from './report.ts';

/**
 * `npm run bench:list`: our list of messages beside vue-advanced-chat's, with the same texts in the same browser, one
 * after the other. What is compared is built here, from source. The figures go into a file (`--out`), and from there into
 * docs/PERFORMANCE.md (`--page`).
 */
const { values } = parseArgs({
  options: {
    counts: { type: 'string', default: '1000,10000,100000' },
    runs: { type: 'string', default: '3' },
    peers: { type: 'string' },
    out: { type: 'string' },
    page: { type: 'boolean', default: false },
  },
});
const peers = values.peers && resolve(values.peers);
if (peers === undefined) throw new Error('--peers: expected the folder with vue-advanced-chat in its node_modules');
const page = fileURLToPath(new URL('../../../apps/web/dev/list/', import.meta.url));
const outDir = join(peers, 'pages');

await build({
  root: page,
  logLevel: 'warn',
  configFile: false,
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: 'false', 'process.env.NODE_ENV': '"production"' },
  resolve: { conditions: ['@trialogue/source', 'module', 'browser', 'production'] },
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: { input: { ours: join(page, 'ours.html'), theirs: join(page, 'theirs.html') } },
  },
});
copyFileSync(
  join(peers, 'node_modules/vue-advanced-chat/dist/vue-advanced-chat.umd.js'),
  join(outDir, 'theirs.umd.js'),
);
const server = await preview({
  root: page,
  configFile: false,
  logLevel: 'silent',
  build: { outDir },
  preview: { host: '127.0.0.1', port: 0 },
});
const origin = server.resolvedUrls?.local[0] ?? '';
const subjects = { Trialogue: 'ours.html', 'vue-advanced-chat': 'theirs.html' } as const;
const results: Results = {};
try {
  for (const count of values.counts.split(',').map(Number)) {
    const found: Record<string, Measured> = (results[count] = {});
    for (const [name, file] of Object.entries(subjects)) {
      const all: Measured[] = [];
      for (let run = 1; run <= Number(values.runs); run++) {
        process.stdout.write(`${count} messages, ${name}, run ${run} …\n`);
        all.push(await measure(`${origin}${file}`, count));
      }
      found[name] = median(all);
    }
  }
} finally {
  await server.close();
}
console.log(report(results));
if (values.out) {
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify(results, null, 1)}\n`);
}
if (values.page) put('list', report(results));

/** Figure by figure; one that did not come to an end in any run stays unknown. */
function median(all: Measured[]): Measured {
  const [first] = all;
  const of = (name: string) => {
    const known = all.map((one) => one[name as keyof Measured]).filter((value) => value !== undefined);
    return known.sort((a, b) => Math.abs(a) - Math.abs(b))[Math.floor(known.length / 2)];
  };
  // Made from the names of the figures: the type does not follow them.
  return Object.fromEntries(Object.keys(first ?? {}).map((name) => [name, of(name)])) as unknown as Measured;
}
