import { expect, test } from 'vitest';
import { judgeHttp } from '../../breaker/judgement.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

test.each([
  [200, null, 'success', undefined],
  [404, null, 'success', undefined],
  [422, '5', 'success', undefined],
  [429, '5', 'failure', NOW + 5_000],
  [503, 'Thu, 01 Jan 2026 00:02:00 GMT', 'failure', NOW + 120_000],
  [500, 'soon', 'failure', undefined],
  [502, undefined, 'failure', undefined],
])('%d with Retry-After %s is a %s', (status, retryAfter, outcome, retryAt) => {
  const judgement = judgeHttp(status, retryAfter, NOW);
  expect(judgement.outcome).toBe(outcome);
  expect(judgement.retryAt).toBe(retryAt);
});
