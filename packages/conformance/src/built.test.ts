import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { startServer, type RealServer } from './serverUnderTest.ts';

const run = promisify(execFile);
const dir = mkdtempSync(join(tmpdir(), 'conformance-built-'));
const file = join(dir, 'alone', 'trialogue-conformance.mjs');
let server: RealServer;

beforeAll(async () => {
  const script = fileURLToPath(new URL('../build.mjs', import.meta.url));
  await run(process.execPath, [script, '--out', join(dir, 'alone')]);
  server = await startServer();
}, 60_000);
afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('the one built file runs alone, far from any node_modules', async () => {
  copyFileSync(file, join(dir, 'copy.mjs'));
  const env = { PATH: process.env['PATH'], PLATFORM_SECRET: server.secret };
  const { stdout } = await run(process.execPath, [join(dir, 'copy.mjs'), server.origin, '--only', 'I4,I38'], { env });
  expect(stdout).toMatch(/\n4 passed, 0 failed, 0 skipped, in \d+ s\n$/);
  const refused = run(file, [server.origin], { env: { PATH: process.env['PATH'] } });
  await expect(refused).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('No platform secret') });
}, 60_000);
