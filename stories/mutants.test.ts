import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

/** The ones that few stories find, one of each kind; `npm run mutants` tries all. */
const SOME = ['ack before commit', 'no server dedupe', 'no gap sync', 'retry on fsync error', 'old kid accepted'];

test('a world that is broken on purpose is noticed', async () => {
  const only = SOME.flatMap((name) => ['--only', name]);
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/mutants.mjs', ...only, '--seeds', '300']);
  expect(stdout).toContain(`${SOME.length} of ${SOME.length} mutants caught`);
});
