/** What the SDK makes of the errors of a call: whether it tries again, and its pauses before that. */
import { isThrottlingError, isTransientError } from '@smithy/core/retry';
import type { Random } from './random.ts';

/** Standard retry mode: full jitter, doubled each time. */
const PAUSE_MS = { ordinary: 100, throttled: 500, most: 20_000 };

/** What the services say is told apart from faults of the simulation by what the SDK says of errors. */
export function isServiceError(error: unknown): error is Error & { $fault: string } {
  return error instanceof Error && '$fault' in error;
}

type SdkFailure = Parameters<typeof isThrottlingError>[0];

/** The SDK tries again after what passes, and after a throttle. Most throttles are not marked as retryable: it knows their names. */
export function isFinal(error: unknown): boolean {
  const failure = error as SdkFailure;
  return isServiceError(error) && !isThrottlingError(failure) && !isTransientError(failure);
}

export function afterAttempts(error: unknown, attempts: number): unknown {
  if (!(error instanceof Error)) return error;
  const metadata = '$metadata' in error ? (error.$metadata as object) : {};
  return Object.assign(error, { $metadata: { ...metadata, attempts } });
}

export function aborted(signal: AbortSignal | undefined): Error {
  const error = new Error('Request aborted', { cause: signal?.reason });
  error.name = 'AbortError';
  return error;
}

export function timedOut(): Error {
  const error = new Error('no answer in time');
  error.name = 'TimeoutError';
  return error;
}

/** Before the try after the one with that number. */
export function pauseBefore(number: number, error: unknown, draws: Random): number {
  const isThrottled = isServiceError(error) && isThrottlingError(error as SdkFailure);
  const base = isThrottled ? PAUSE_MS.throttled : PAUSE_MS.ordinary;
  return draws.fraction() * Math.min(PAUSE_MS.most, base * 2 ** (number - 1));
}
