import { existsSync } from 'node:fs';

/**
 * How an invocation ended, in the terms of the platform's log records. `error`: the runtime
 * reported an error, or its process died. `timeout`: killed at the function's timeout.
 */
export type Outcome =
  | { status: 'success'; payload: string }
  | { status: 'error' | 'timeout'; errorType: string; errorMessage: string };

/** The service refused the invocation. No environment got it. */
export type Refusal = { status: 'throttled'; errorType: string; errorMessage: string };

export type Failure = Exclude<Outcome, { status: 'success' }>;

/**
 * Lambda's limit of what a function answers.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const RESPONSE_MAX_BYTES = 6 * 1024 * 1024 + 100;

/** What a function answered, or that it was too large. */
export function responded(payload: string): Outcome {
  if (Buffer.byteLength(payload) <= RESPONSE_MAX_BYTES) return { status: 'success', payload };
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${RESPONSE_MAX_BYTES} bytes).`;
  return { status: 'error', errorType: 'Function.ResponseSizeTooLarge', errorMessage };
}

/** The failure of an environment whose process ended without being killed by us. */
export function exited(code: number | null, signal: string | null): Failure {
  const how = signal ? `signal: ${signal.replace('SIG', '').toLowerCase()}` : `exit status ${code}`;
  const errorMessage =
    code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${how}`;
  return { status: 'error', errorType: 'Runtime.ExitError', errorMessage };
}

/** The failure of an environment whose process the system did not start. */
export function notStarted({ message }: Error, codeDirectory: string): Failure {
  const why = existsSync(codeDirectory) ? message : `there is no folder ${codeDirectory}`;
  return { status: 'error', errorType: 'Runtime.NotStarted', errorMessage: why };
}

export function timedOut(seconds: number): Failure {
  const errorMessage = `Task timed out after ${seconds.toFixed(2)} seconds`;
  return { status: 'timeout', errorType: 'Sandbox.Timedout', errorMessage };
}

export function outOfMemory(): Failure {
  const errorMessage = 'Runtime exited with error: signal: killed';
  return { status: 'error', errorType: 'Runtime.OutOfMemory', errorMessage };
}

/** The failure that the runtime reported: a handler's exception, or a module that fails to load. */
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
