import { expect, test } from 'vitest';
import { outcomeOfHttp } from '../../breaker/call-outcome.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

test.each([
  [200, null, 'success', undefined],
  [404, null, 'success', undefined],
  [422, '5', 'success', undefined],
  [429, '5', 'failure', NOW + 5_000],
  [503, 'Thu, 01 Jan 2026 00:02:00 GMT', 'failure', NOW + 120_000],
  // However long it is, its callers obey as much of it as they may.
  [503, '1000000000', 'failure', NOW + 1_000_000_000_000],
  [503, '9'.repeat(400), 'failure', Number.POSITIVE_INFINITY],
  [500, 'soon', 'failure', undefined],
  [502, undefined, 'failure', undefined],
])('%d with Retry-After %s is a %s', (status, retryAfter, outcome, retryAt) => {
  const said = outcomeOfHttp(status, retryAfter, NOW);
  expect(said.outcome).toBe(outcome);
  expect(said.retryAt).toBe(retryAt);
});
