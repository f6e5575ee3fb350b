import { ENV } from '../../telemetry/env-names.ts';
import { functionConfiguration } from '../function-configuration.ts';
import { TargetError } from '../target.ts';

/**
 * The bucket in which reporting keeps its facts, from its function's environment variables.
 * @throws UsageError or TargetError as `openTarget` does
 */
export async function findReports(stage: string): Promise<string> {
  const FunctionName = `fhir-failsafe-${stage}-reporting`;
  const { Environment } = await functionConfiguration(FunctionName);
  const bucket = Environment?.Variables?.[ENV.reportsBucket];
  if (bucket !== undefined) return bucket;
  throw new TargetError(
    `function ${FunctionName} has no environment variable ${ENV.reportsBucket}`,
  );
}
