import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { onEnd } from './cleanUp.ts';

/** The folder of the project. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A folder that is gone when the run ends, or when `remove` is called. */
export function tempFolder(what: string): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), `trialogue-nemesis-${what}-`));
  return { path, remove: onEnd(() => rmSync(path, { recursive: true, force: true })) };
}
