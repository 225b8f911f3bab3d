import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Inputs that once did harm, one file each, below a folder for each target. They are tried first, for ever. */
const corpus = fileURLToPath(new URL('../corpus/', import.meta.url));

export function fixturesOf(target: string): string[] {
  const folder = folderOf(target);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as { input: string })
    .map(({ input }) => input);
}

/** Where the inputs of a target that did harm are kept. */
export const folderOf = (target: string): string => join(corpus, target);

/** Keeps an input as JSON: whatever characters it has, the file is a text. @returns its path. */
export function keepFixture(target: string, input: string, why: string): string {
  const folder = folderOf(target);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${createHash('sha256').update(input).digest('hex').slice(0, 12)}.json`);
  writeFileSync(file, `${JSON.stringify({ why: why.slice(0, 1_000), input }, undefined, 2)}\n`);
  return file;
}
