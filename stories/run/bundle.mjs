import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const stories = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(stories);
const packages = join(root, 'packages');
const CHEAP = join(stories, 'world', 'sealing', 'cheap.ts');

/**
 * The world in one file, which runs twice as fast as through a loader. In it `@trialogue/crypto` is the cheap one,
 * which hands on to the real one where a world wants that; and the code is changed as the `patches` say.
 *
 * @throws when a patch finds nothing to change.
 */
export async function bundle(name, patches = []) {
  const outfile = join(root, 'node_modules', '.cache', 'trialogue', 'stories', `${name}.mjs`);
  mkdirSync(dirname(outfile), { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: [join(stories, 'run', 'worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    conditions: ['@trialogue/source'],
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'silent',
    plugins: [ours(), patched(patches)],
  });
  return outfile;
}

/** Finds the workspaces' own packages, and puts the cheap seal before the real one. */
const ours = () => ({
  name: 'ours',
  setup({ onResolve }) {
    onResolve({ filter: /^@trialogue\// }, async ({ path, importer }) => {
      if (path === '@trialogue/crypto' && importer !== CHEAP) return { path: CHEAP };
      const [, name, ...rest] = path.split('/');
      const folder = join(packages, name);
      const { exports } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
      const entry = exports[['.', ...rest].join('/')]?.['@trialogue/source'];
      if (!entry) return { errors: [{ text: `${path} has no source` }] };
      return { path: join(folder, entry) };
    });
  },
});

const patched = (patches) => ({
  name: 'patched',
  setup({ onLoad, onEnd }) {
    const used = new Set();
    for (const patch of patches) {
      const path = join(root, patch.file);
      onLoad({ filter: new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`) }, async () => {
        let contents = await readFile(path, 'utf8');
        for (const { file, from, to } of patches.filter((each) => each.file === patch.file)) {
          if (contents.split(from).length !== 2) throw new Error(`${file}: expected once and not found so: ${from}`);
          contents = contents.replace(from, () => to);
        }
        used.add(patch.file);
        return { contents, loader: 'ts' };
      });
    }
    onEnd(() => {
      for (const { file } of patches) if (!used.has(file)) throw new Error(`${file} is not part of the world`);
    });
  },
});
