import { defineConfig } from 'vitest/config';

/**
 * The end-to-end suite deploys, so it is no part of `npm test`. Every file sends at once and waits
 * for its own messages: what takes long here is waiting for visibility timeouts.
 */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    globalSetup: ['test/e2e/deployment.ts'],
    testTimeout: 600_000,
    hookTimeout: 60_000,
    sequence: { concurrent: true },
    maxConcurrency: 20,
    maxWorkers: 6,
    reporters: ['verbose'],
  },
});
