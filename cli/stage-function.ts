import {
  GetFunctionConfigurationCommand,
  type GetFunctionConfigurationCommandOutput,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { resourceName } from '../lib/config/stage-config.ts';
import { ENV } from '../telemetry/env-names.ts';
import { lambdaClient } from './clients.ts';
import { explained, TargetError } from './target.ts';

/** A deployed function. */
export interface StageFunction {
  /** With the stage's prefix. */
  readonly name: string;
  /** As Lambda has it. */
  readonly configuration: GetFunctionConfigurationCommandOutput;
  /** An environment variable. An older version of the stack may lack it. */
  variable(name: keyof typeof ENV): string | undefined;
  /** @throws TargetError if it is absent */
  required(name: keyof typeof ENV): string;
}

/** A function of a stage. @throws UsageError or TargetError as `openTarget` does */
export async function findFunction(
  stage: string,
  called: string,
  lambda: LambdaClient = lambdaClient(),
): Promise<StageFunction> {
  const name = resourceName(stage, called);
  const configuration = await lambda
    .send(new GetFunctionConfigurationCommand({ FunctionName: name }))
    .catch((error: unknown) => {
      throw explained(error, `function ${name}`);
    });
  const variable: StageFunction['variable'] = (each) =>
    configuration.Environment?.Variables?.[ENV[each]];
  return {
    name,
    configuration,
    variable,
    required(each) {
      const value = variable(each);
      if (value !== undefined) return value;
      throw new TargetError(`function ${name} has no environment variable ${ENV[each]}`);
    },
  };
}
