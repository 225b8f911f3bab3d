// Builds dist/trialogue-conformance.mjs: the command in one file that depends on nothing. `--out DIR` builds elsewhere.
import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { rolldown } from 'rolldown';

const outAt = process.argv.indexOf('--out');
const out = outAt < 0 ? 'dist' : resolve(process.argv[outAt + 1] ?? 'dist');
process.chdir(dirname(fileURLToPath(import.meta.url)));

const { name, version, license } = JSON.parse(readFileSync('package.json', 'utf8'));
const file = join(out, 'trialogue-conformance.mjs');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const bundle = await rolldown({
  input: 'src/main.ts',
  platform: 'node',
  resolve: { conditionNames: ['@trialogue/source', 'node', 'import', 'default'] },
  // Faster parts of `ws` that nobody has to install; it does without.
  external: ['bufferutil', 'utf-8-validate'],
  transform: { target: 'node20.19' },
  checks: { pluginTimings: false },
});
await bundle.write({ file, format: 'es', banner: `#!/usr/bin/env node\n/*! ${name} ${version} | ${license} */` });
await bundle.close();
chmodSync(file, 0o755);
