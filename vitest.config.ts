import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Their code keeps no state of its own, so that one process can run many of these files. */
const STATELESS = ['bench', 'contract', 'core', 'docs', 'emulator', 'fhir', 'lib', 'local'];
const stateless = STATELESS.map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'stateless', include: stateless, isolate: false } },
      {
        extends: true,
        test: { name: 'isolated', include: ['test/**/*.test.ts'], exclude: stateless },
      },
    ],
    globalSetup: ['test/support/temporary-folder.ts'],
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
