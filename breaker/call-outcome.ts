/** What an answer or an error says about the service that gave it: the caller's rule. */
import type { CallResult } from '../core/breaker/breaker-result.ts';

export type CallOutcome = Pick<CallResult, 'outcome' | 'retryAt' | 'subject' | 'part'>;

/** Without a rule of the caller, anything thrown is a failure. */
export function outcomeOfError(_error: unknown): CallOutcome {
  return { outcome: 'failure' };
}

/**
 * The usual rule for HTTP: 5xx and 429 are failures; any other answer, including 4xx, shows that the
 * service works.
 */
export function outcomeOfHttp(
  status: number,
  retryAfter: string | null | undefined,
  now: number,
): CallOutcome {
  if (status < 500 && status !== 429) return { outcome: 'success' };
  return { outcome: 'failure', retryAt: retryAfterTime(retryAfter, now) };
}

/**
 * When the server asks to be called again, in epoch ms; undefined if it does not say. Retry-After is a
 * number of seconds or a date (RFC 9110, 10.2.3), and may be far beyond what a caller obeys.
 */
export function retryAfterTime(
  retryAfter: string | null | undefined,
  now: number,
): number | undefined {
  if (/^\d+$/.test(retryAfter ?? '')) return now + Number(retryAfter) * 1_000;
  const date = Date.parse(retryAfter ?? '');
  return Number.isNaN(date) ? undefined : date;
}
