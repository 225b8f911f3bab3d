import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';

/** Where the master key may come from, besides the file that the server makes for itself. */
export interface Sources {
  /** @throws {Error} in words for the operator. */
  file(path: string): string;
  command(line: string): string;
}

const NAMES = ['MASTER_KEY', 'MASTER_KEY_FILE', 'MASTER_KEY_COMMAND'] as const;
const COMMAND_MS = 30_000;

/**
 * The master key as text, if one of the settings says it: itself, a file that holds it (as secret stores mount one), or
 * a program that prints it (as the client of a key service does).
 *
 * @param wrong is told what cannot be used. What was read is never repeated.
 */
export function givenMasterKey(
  given: (name: string) => string | undefined,
  wrong: (name: string, was: string, expected: string) => void,
  sources: Sources = machineSources,
): string | undefined {
  const said = NAMES.filter((name) => given(name) !== undefined);
  if (said.length > 1) {
    wrong(said.join(' and '), 'are given', 'one of them');
    return undefined;
  }
  const [name] = said;
  const value = name && given(name);
  if (!name || value === undefined) return undefined;
  if (name === 'MASTER_KEY') return value;
  try {
    return (name === 'MASTER_KEY_FILE' ? sources.file(value) : sources.command(value)).trim();
  } catch (error) {
    const expected =
      name === 'MASTER_KEY_FILE'
        ? 'a file with 32 bytes in base64 that nobody else may read'
        : 'a command that prints 32 bytes in base64 within 30 seconds and ends with code 0';
    wrong(name, `cannot be used: ${(error as Error).message}`, expected);
    return undefined;
  }
}

const machineSources: Sources = {
  file(path) {
    if (process.platform !== 'win32' && statSync(path).mode & 0o077) throw new Error('others may read it');
    return readFileSync(path, 'utf8');
  },
  command(line) {
    // What it printed may be half a key: only how it ended is said.
    const { status, signal, error, stdout } = spawnSync('/bin/sh', ['-c', line], {
      encoding: 'utf8',
      timeout: COMMAND_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    if (signal) throw new Error(`it was ended by ${signal}`);
    if (error) throw new Error(`it cannot be started: ${error.message}`);
    if (status !== 0) throw new Error(`it ended with code ${status}`);
    return stdout;
  },
};
