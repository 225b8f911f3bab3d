import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Runs a tool of the machine. @throws {Error} with what it said. */
export function tool(name: string, ...args: string[]): string {
  return execFileSync(name, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

const SBIN = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

function hasTool(name: string): boolean {
  return [...(process.env['PATH'] ?? '').split(':'), ...SBIN].some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The first of the tools that is not there, in words. */
export function lacksTools(...names: string[]): string | undefined {
  const missing = names.find((name) => !hasTool(name));
  return missing === undefined ? undefined : `${missing} is not installed`;
}

export const lacksRoot = (): string | undefined =>
  process.platform === 'linux' && process.getuid?.() === 0 ? undefined : 'only root may do it, on Linux';
