/** `npm run prove`: the searches of `npm test` with more cases, and tests that are too long for it. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'test/breaker/interleavings.test.ts',
      'test/packages/isolation/chunk-watch.test.ts',
      'test/packages/fhir-validator/fhirpath/agreement.test.ts',
      'test/packages/fhir-validator/mutations.test.ts',
      'test/prove/**/*.prove.ts',
    ],
    // A busy machine must not fail a test: these limits end only what hangs.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    env: { PROVE_RUNS: process.env['PROVE_RUNS'] ?? '100000' },
  },
});
