/** `npm run prove`: the searches of `npm test`, at length. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/functions/breaker/interleavings.test.ts'],
    env: { PROVE_RUNS: process.env['PROVE_RUNS'] ?? '100000' },
  },
});
