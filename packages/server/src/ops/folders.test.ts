import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { makeFolder } from './folders.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'trialogue-folders-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('makes a folder and those above it, for its owner only; and again, which is fine', () => {
  const folder = join(dir, 'a/b/c');
  makeFolder(folder);
  makeFolder(folder);
  for (const made of ['a', 'a/b', 'a/b/c']) expect(statSync(join(dir, made)).mode & 0o777).toBe(0o700);
});

test.runIf(process.platform === 'linux').each(['/proc/trialogue', '/proc/trialogue/data', '/proc/self/fdinfo/x/y'])(
  '%s cannot be made, which is said at once',
  (folder) => {
    expect(() => makeFolder(folder)).toThrow(/^the folder \/proc\/\S+ cannot be made \((ENOENT|EACCES|EPERM)\)$/);
  },
);

test('a file in the way is said', () => {
  writeFileSync(join(dir, 'a'), '');
  expect(() => makeFolder(join(dir, 'a/b'))).toThrow(/cannot be made \(ENOTDIR\)/);
});
