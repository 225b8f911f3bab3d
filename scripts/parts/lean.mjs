import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * For Rolldown and Vite, in builds for browsers: a module that has a namesake in the folder `lean` beside it gives way to
 * that one, which does the same and weighs less.
 */
export const lean = () => ({
  name: 'lean',
  apply: 'build',
  enforce: 'pre',
  resolveId(source, importer = '') {
    if (!source.startsWith('./')) return undefined;
    const namesake = join(dirname(importer), 'lean', source);
    return existsSync(namesake) ? namesake : undefined;
  },
});
