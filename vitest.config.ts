import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Tests wait for emulators as much as they work: one worker would leave a small machine idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: [
        'core/**/*.ts',
        'fhir/**/*.ts',
        'functions/**/*.ts',
        'lib/**/*.ts',
        'local/**/*.ts',
        'cli/**/*.ts',
      ],
      exclude: ['fhir/generated/**'],
      reporter: ['text-summary', 'html'],
      thresholds: { 'core/**': { 100: true } },
    },
  },
});
