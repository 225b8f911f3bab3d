import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

const conditions = ['@trialogue/source'];
const fromSource = { resolve: { conditions }, ssr: { resolve: { conditions } } };

export default defineConfig({
  test: {
    projects: [
      {
        ...fromSource,
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.ts',
            'nemesis/src/**/*.test.ts',
            'fuzz/src/**/*.test.ts',
            'bench/src/**/*.test.ts',
          ],
          exclude: ['packages/conformance/**'],
          globalSetup: ['packages/testkit/src/servers/setup.ts'],
          testTimeout: 20_000,
          // The first that needs the PostgreSQL waits until it runs.
          hookTimeout: 60_000,
        },
      },
      {
        ...fromSource,
        test: { name: 'conformance', include: ['packages/conformance/src/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        ...fromSource,
        plugins: [vue()],
        test: { name: 'web', environment: 'happy-dom', include: ['apps/web/src/**/*.test.ts'] },
      },
      {
        ...fromSource,
        test: { name: 'stories', include: ['stories/*.test.ts'], testTimeout: 120_000 },
      },
      {
        ...fromSource,
        test: {
          name: 'browser',
          include: ['stories/browser/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
