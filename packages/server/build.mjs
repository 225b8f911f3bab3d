import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { rolldown } from 'rolldown';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** `node build.mjs [folder]`: another place than `dist`, for whoever breaks a copy of it on purpose. */
const folder = process.argv[2] ?? here('dist');

rmSync(folder, { recursive: true, force: true });
const bundle = await rolldown({
  cwd: here('.'),
  input: { main: 'src/main.ts', storageWorker: 'src/storage/sqlite/worker.ts' },
  platform: 'node',
  resolve: { conditionNames: ['@trialogue/source', 'node', 'import', 'default'] },
  // The workspaces' own packages are bundled; what comes from node_modules stays there.
  external: (id) => !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('@trialogue/'),
  transform: { target: 'node20.19' },
});
await bundle.write({ dir: folder, format: 'es', sourcemap: true });
await bundle.close();
cpSync(here('src/demo/assets'), join(folder, 'assets'), { recursive: true });
