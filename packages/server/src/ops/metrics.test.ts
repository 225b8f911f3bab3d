import { expect, test } from 'vitest';

import { createMetrics } from './metrics.ts';

test('the page says how many writes shared commits, how long those took, and how many writes wait right now', async () => {
  const metrics = createMetrics();
  let waiting = 3;
  metrics.watchWrites(() => waiting);
  metrics.committed(40, 0.004);
  metrics.committed(1, 0.2);
  const first = (await metrics.print()).text;
  expect(first).toMatch(/^trialogue_storage_writes_waiting 3$/m);
  waiting = 0;
  const page = (await metrics.print()).text;
  expect(page).toMatch(/^trialogue_storage_writes_waiting 0$/m);
  expect(page).toMatch(/^trialogue_storage_commit_calls_sum 41$/m);
  expect(page).toMatch(/^trialogue_storage_commit_calls_bucket\{le="1"\} 1$/m);
  expect(page).toMatch(/^trialogue_storage_commit_seconds_bucket\{le="0.005"\} 1$/m);
  expect(page).toMatch(/^trialogue_storage_commit_seconds_count 2$/m);
});
