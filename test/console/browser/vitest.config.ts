import { defineConfig } from 'vitest/config';

/** The page in a real Chromium: no part of `npm test`, which passes where there is none. */
export default defineConfig({
  test: {
    include: ['test/console/browser/**/*.browser.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Chromium takes what there is of a small machine.
    maxWorkers: 1,
    isolate: false,
    retry: process.env['CI'] ? 1 : 0,
    reporters: ['verbose'],
  },
});
