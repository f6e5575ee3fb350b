import { defineConfig } from 'vitest/config';

/** Tests the page in a real Chromium. Not part of `npm test`, which must pass without one. */
export default defineConfig({
  test: {
    include: ['test/console/browser/**/*.browser.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One Chromium uses all of a small machine.
    maxWorkers: 1,
    isolate: false,
    retry: process.env['CI'] ? 1 : 0,
    reporters: ['verbose'],
  },
});
