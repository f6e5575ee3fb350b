/** Invoke, GetFunction and GetFunctionConfiguration. */
import { PAYLOAD_MAX_BYTES } from '../event-source/batch.ts';
import type { FunctionSpec } from '../lambda/function-spec.ts';
import type { Outcome, Refusal as Throttled } from '../lambda/outcome.ts';
import { nameOfArn } from '../template/account.ts';
import { notFound, Refusal } from './refusal.ts';

/** Invokes a function now. Reports if it is throttled, for example by its reserved concurrency. */
export type InvokeNow = (spec: FunctionSpec, payload: string) => Promise<Outcome | Throttled>;

/** The API's response. `body` is returned unchanged. */
export type Answer = { status: number; headers: Record<string, string>; body: string };

/**
 * RequestResponse only. The response is the function's own, or the error that ended it, marked as
 * such. Throws {@link Refusal} for requests that Lambda refuses.
 */
export async function invoke(
  spec: FunctionSpec,
  type: string | undefined,
  payload: string,
  invokeNow: InvokeNow,
): Promise<Answer> {
  if (type !== undefined && type !== 'RequestResponse') {
    const message = `${type} is not imitated by the local runtime`;
    throw new Refusal(400, 'InvalidParameterValueException', message);
  }
  if (Buffer.byteLength(payload) > PAYLOAD_MAX_BYTES) {
    const message = `Request must be smaller than ${PAYLOAD_MAX_BYTES} bytes`;
    throw new Refusal(413, 'RequestTooLargeException', message);
  }
  const outcome = await invokeNow(spec, payload);
  if (outcome.status === 'throttled') {
    throw new Refusal(429, outcome.errorType, outcome.errorMessage);
  }
  return answerOf(outcome);
}

function answerOf(outcome: Outcome): Answer {
  const headers = { 'x-amz-executed-version': '$LATEST' };
  if (outcome.status === 'success') return { status: 200, headers, body: outcome.payload };
  const { errorType, errorMessage } = outcome;
  return {
    status: 200,
    headers: { ...headers, 'x-amz-function-error': 'Unhandled' },
    body: JSON.stringify({ errorType, errorMessage }),
  };
}

export function configurationOf(spec: FunctionSpec): object {
  return {
    FunctionName: spec.name,
    FunctionArn: spec.arn,
    Handler: spec.handler,
    MemorySize: spec.memoryMb,
    Timeout: spec.timeoutMs / 1000,
    Version: '$LATEST',
    Environment: { Variables: spec.configured },
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}

export function functionOf(functions: Map<string, FunctionSpec>, name: string): FunctionSpec {
  const spec = functions.get(nameOfArn(name));
  if (!spec) throw notFound(name);
  return spec;
}
