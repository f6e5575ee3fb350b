import { defineConfig } from 'vitest/config';
import { DEADLINE_SECONDS } from './settings.ts';

/**
 * The end-to-end suite deploys, so it is no part of `npm test`. Every file sends at once and waits
 * for its own messages: what takes long here is waiting for visibility timeouts.
 */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    globalSetup: ['test/e2e/deployment.ts'],
    // A test waits by deadlines of its own, for one message after another.
    testTimeout: 3 * DEADLINE_SECONDS * 1_000,
    hookTimeout: 300_000,
    sequence: { concurrent: true },
    maxConcurrency: 20,
    maxWorkers: 6,
    reporters: ['verbose'],
  },
});
