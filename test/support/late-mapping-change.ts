import type { LambdaClient } from '@aws-sdk/client-lambda';

/** Before the client's first change of a mapping is sent, `meanwhile` happens. */
export function delayFirstChange(lambda: LambdaClient, meanwhile: () => Promise<unknown>): void {
  let happened: Promise<unknown> | undefined;
  lambda.middlewareStack.add(
    (next, context) => async (args) => {
      if (context['commandName'] !== 'UpdateEventSourceMappingCommand') return next(args);
      happened ??= meanwhile();
      await happened;
      return next(args);
    },
    { step: 'initialize', name: 'late' },
  );
}
