import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const NOT_OURS = new Set(['node_modules', 'dist', '.git', '.tsc', '.artifacts', 'coverage', 'data']);

/** Every file below a folder that people write: paths with `/`, in order of name. */
export function* ourFiles(folder = '.') {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (NOT_OURS.has(entry.name)) continue;
    const path = join(folder, entry.name).replaceAll('\\', '/');
    if (entry.isDirectory()) yield* ourFiles(path);
    else if (entry.isFile()) yield path;
  }
}
