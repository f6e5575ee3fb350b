/** The errors of a call, as the SDK throws them. */

/** What the services say is told apart from faults of the simulation by what the SDK says of errors. */
export function isServiceError(error: unknown): error is Error & { $fault: string } {
  return error instanceof Error && '$fault' in error;
}

export function isFinal(error: unknown): boolean {
  return (
    isServiceError(error) &&
    error.$fault === 'client' &&
    !('$retryable' in error && error.$retryable)
  );
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

export function internalError(): Error {
  const error = new Error('the service failed');
  return Object.assign(error, { name: 'InternalServerError', $fault: 'server', $metadata: {} });
}
