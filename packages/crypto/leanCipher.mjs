import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const ours = fileURLToPath(new URL('src', import.meta.url));
const lean = fileURLToPath(new URL('src/lean/cipher.ts', import.meta.url));

/** For Rolldown and Vite: the cipher of ours (`src/lean`) in the place of the library's, of which it has the same bytes. */
export const leanCipher = () => ({
  name: 'lean-cipher',
  apply: 'build',
  enforce: 'pre',
  resolveId: (source, importer = '') => (source === './cipher.ts' && dirname(importer) === ours ? lean : undefined),
});
