import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { vi } from 'vitest';

import { modelStore } from './world/store/model.ts';

// The contract of the storage, as every adapter has to pass it, run on the model.
const folder = '../packages/server/src/storage';
vi.mock('../packages/server/src/storage/storesUnderTest.ts', async (real) => ({
  ...(await real<object>()),
  stores: [['the model', async () => modelStore()]],
}));

for (const suite of readdirSync(fileURLToPath(new URL(folder, import.meta.url)))) {
  if (suite.endsWith('.test.ts')) await import(`${folder}/${suite}`);
}
