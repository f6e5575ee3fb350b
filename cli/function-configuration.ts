import {
  GetFunctionConfigurationCommand,
  type GetFunctionConfigurationCommandOutput,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { lambdaClient } from './clients.ts';
import { explained } from './target.ts';

/**
 * Lambda's configuration of a deployed function. @throws UsageError or TargetError as `openTarget`
 * does
 */
export function functionConfiguration(
  FunctionName: string,
  lambda: LambdaClient = lambdaClient(),
): Promise<GetFunctionConfigurationCommandOutput> {
  return lambda
    .send(new GetFunctionConfigurationCommand({ FunctionName }))
    .catch((error: unknown) => {
      throw explained(error, `function ${FunctionName}`);
    });
}
