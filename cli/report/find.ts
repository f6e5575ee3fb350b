import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { ENV } from '../../telemetry/env-names.ts';
import { lambdaClient } from '../places.ts';
import { explained, TargetError } from '../target.ts';

/**
 * The bucket in which reporting keeps its facts, from its function's environment variables.
 * @throws UsageError or TargetError as `openTarget` does
 */
export async function findReports(stage: string): Promise<string> {
  const FunctionName = `fhir-failsafe-${stage}-reporting`;
  const { Environment } = await lambdaClient()
    .send(new GetFunctionConfigurationCommand({ FunctionName }))
    .catch((error: unknown) => {
      throw explained(error, `function ${FunctionName}`);
    });
  const bucket = Environment?.Variables?.[ENV.reportsBucket];
  if (bucket !== undefined) return bucket;
  throw new TargetError(
    `function ${FunctionName} has no environment variable ${ENV.reportsBucket}`,
  );
}
