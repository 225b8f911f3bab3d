import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { rolldown } from 'rolldown';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

rmSync(here('dist'), { recursive: true, force: true });
const bundle = await rolldown({
  cwd: here('.'),
  input: { main: 'src/main.ts', storageWorker: 'src/storage/sqlite/worker.ts' },
  platform: 'node',
  resolve: { conditionNames: ['@trialogue/source', 'node', 'import', 'default'] },
  // The workspaces' own packages are bundled; what comes from node_modules stays there.
  external: (id) => !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('@trialogue/'),
  transform: { target: 'node20.19' },
});
await bundle.write({ dir: here('dist'), format: 'es', sourcemap: true });
await bundle.close();
cpSync(here('src/demo/assets'), here('dist/assets'), { recursive: true });
