import { InvokeCommand, type LambdaClient, TooManyRequestsException } from '@aws-sdk/client-lambda';

/**
 * Invokes a function and waits until the invocation has ended, in success or failure. False if
 * Lambda throttled it.
 */
export async function invokeFunction(
  lambda: LambdaClient,
  functionName: string,
  event: unknown,
): Promise<boolean> {
  const Payload = JSON.stringify(event);
  try {
    await lambda.send(new InvokeCommand({ FunctionName: functionName, Payload }));
    return true;
  } catch (error) {
    if (error instanceof TooManyRequestsException) return false;
    throw error;
  }
}
