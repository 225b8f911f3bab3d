import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { givenMasterKey } from './masterKeySource.ts';

const key = 'kMBcyXvTGmvWZ9fKfPyWw1bFQ5yIGX4Hhlx2nqk2yJo=';
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'trialogue-key-'));
  writeFileSync(join(dir, 'key'), `${key}\n`, { mode: 0o600 });
});
afterAll(() => rmSync(dir, { recursive: true }));

const read = (env: Record<string, string>) => {
  const problems: string[] = [];
  const found = givenMasterKey(
    (name) => env[name],
    (name, was, expected) => problems.push(`${name} ${was}. Expected: ${expected}.`),
  );
  return { found, problems };
};

test('it is given itself, in a file, or printed by a command', () => {
  expect(read({})).toEqual({ found: undefined, problems: [] });
  expect(read({ MASTER_KEY: key })).toEqual({ found: key, problems: [] });
  expect(read({ MASTER_KEY_FILE: join(dir, 'key') })).toEqual({ found: key, problems: [] });
  expect(read({ MASTER_KEY_COMMAND: `cat "${join(dir, 'key')}"` })).toEqual({ found: key, problems: [] });
});

test('two of them are one too many', () => {
  expect(read({ MASTER_KEY: key, MASTER_KEY_COMMAND: 'true' }).problems).toEqual([
    'MASTER_KEY and MASTER_KEY_COMMAND are given. Expected: one of them.',
  ]);
});

test('a file that is not there, or that others may read, is refused', () => {
  expect(read({ MASTER_KEY_FILE: join(dir, 'none') }).problems[0]).toMatch(/^MASTER_KEY_FILE cannot be used: ENOENT/);
  chmodSync(join(dir, 'key'), 0o644);
  expect(read({ MASTER_KEY_FILE: join(dir, 'key') }).problems[0]).toContain('others may read it');
  chmodSync(join(dir, 'key'), 0o600);
});

test('of a command that fails only that is said, not what it printed', () => {
  const { found, problems } = read({ MASTER_KEY_COMMAND: `echo ${key}; echo ${key} >&2; exit 3` });
  expect(found).toBeUndefined();
  expect(problems).toEqual([expect.stringContaining('MASTER_KEY_COMMAND cannot be used: it ended with code 3.')]);
  expect(problems.join()).not.toContain(key.slice(0, 8));
});
