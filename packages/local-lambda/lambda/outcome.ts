/**
 * How an invocation ended, in the words of the platform's own log records: `error` is an error that the
 * runtime reported or the death of its process, `timeout` was killed by its time limit.
 */
export type Outcome =
  | { status: 'success'; payload: string }
  | { status: 'error' | 'timeout'; errorType: string; errorMessage: string };

/** The service did not accept the invocation; no environment had it. */
export type Refusal = { status: 'throttled'; errorType: string; errorMessage: string };

export type Failure = Exclude<Outcome, { status: 'success' }>;

/** The environment's process ended by itself. */
export function exited(code: number | null, signal: string | null): Failure {
  const how = signal ? `signal: ${signal.replace('SIG', '').toLowerCase()}` : `exit status ${code}`;
  const errorMessage =
    code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${how}`;
  return { status: 'error', errorType: 'Runtime.ExitError', errorMessage };
}

export function timedOut(seconds: number): Failure {
  const errorMessage = `Task timed out after ${seconds.toFixed(2)} seconds`;
  return { status: 'timeout', errorType: 'Sandbox.Timedout', errorMessage };
}

export function outOfMemory(): Failure {
  const errorMessage = 'Runtime exited with error: signal: killed';
  return { status: 'error', errorType: 'Runtime.OutOfMemory', errorMessage };
}

/** What the runtime reported by itself: a handler's exception, or a module that does not load. */
export function reported(payload: string): Failure {
  const parsed: unknown = JSON.parse(payload);
  const field = (name: string) =>
    typeof parsed === 'object' && parsed !== null && name in parsed
      ? String(Reflect.get(parsed, name))
      : 'Unknown';
  return { status: 'error', errorType: field('errorType'), errorMessage: field('errorMessage') };
}

export function throttled(): Refusal {
  const errorType = 'TooManyRequestsException';
  return { status: 'throttled', errorType, errorMessage: 'Rate Exceeded.' };
}
