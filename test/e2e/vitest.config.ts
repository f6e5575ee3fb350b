import { defineConfig } from 'vitest/config';
import { DEADLINE_SECONDS } from './settings.ts';

/**
 * The end-to-end suite deploys, so it is not part of `npm test`. Every file sends at once and waits for its
 * own messages: most of the time goes into visibility timeouts.
 */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    globalSetup: ['test/e2e/deployment.ts'],
    // A test has its own deadlines for one message after another.
    testTimeout: 3 * DEADLINE_SECONDS * 1_000,
    hookTimeout: 300_000,
    sequence: { concurrent: true },
    maxConcurrency: 20,
    maxWorkers: 6,
    reporters: ['verbose'],
  },
});
