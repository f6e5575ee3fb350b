import { availableParallelism } from 'node:os';
import type { ServiceEndpoints } from '../clients.ts';
import { ACCOUNT, arn, nameOfArn, roleIdOf } from '../template/account.ts';
import type { FunctionPlan } from '../template/plan.ts';

/** Everything that an environment of a function needs. */
export type FunctionSpec = {
  name: string;
  arn: string;
  handler: string;
  /** The unpacked bundle. */
  codeDirectory: string;
  timeoutMs: number;
  memoryMb: number;
  /** Infinity if the function has no reserved concurrency. */
  reservedConcurrency: number;
  logGroup: string;
  /** Queue for events that asynchronous invocations gave up on. */
  deadLetterArn?: string;
  variables: Record<string, string>;
  /** The environment variables that the template configures. */
  configured: Record<string, string>;
};

/**
 * Default for the number of environments of all functions. Those of functions that have nothing to do count
 * too, so there must be more than the busy ones.
 */
export function defaultEnvironmentsMax(): number {
  return 6 * availableParallelism();
}

/**
 * The functions by name.
 * @param compileCache folder for V8's compiled code, so that a replaced environment or worker need
 * not compile a megabyte again (on AWS, the function's image would contain it)
 */
export function functionSpecs(
  plans: FunctionPlan[],
  endpoints: ServiceEndpoints,
  compileCache: string,
): Map<string, FunctionSpec> {
  return new Map(plans.map((plan) => [plan.name, functionSpec(plan, endpoints, compileCache)]));
}

function functionSpec(
  plan: FunctionPlan,
  endpoints: ServiceEndpoints,
  compileCache: string,
): FunctionSpec {
  const { codeDirectory, properties } = plan;
  const { Environment, Handler, MemorySize, Timeout, LoggingConfig, DeadLetterConfig } = properties;
  const logGroup = LoggingConfig?.LogGroup ?? `/aws/lambda/${plan.name}`;
  return {
    name: plan.name,
    arn: arn('lambda', `function:${plan.name}`),
    handler: Handler,
    codeDirectory,
    timeoutMs: Timeout * 1000,
    memoryMb: MemorySize,
    reservedConcurrency: properties.ReservedConcurrentExecutions ?? Number.POSITIVE_INFINITY,
    logGroup,
    ...(DeadLetterConfig ? { deadLetterArn: DeadLetterConfig.TargetArn } : {}),
    configured: Environment?.Variables ?? {},
    variables: {
      ...Environment?.Variables,
      ...(LoggingConfig?.LogFormat === 'JSON' ? { AWS_LAMBDA_LOG_FORMAT: 'JSON' } : {}),
      ...platformVariables(plan.name, MemorySize, endpoints),
      ...(properties.Role ? signsAs(properties.Role, plan.name) : {}),
      AWS_LAMBDA_LOG_GROUP_NAME: logGroup,
      _HANDLER: Handler,
      LAMBDA_TASK_ROOT: codeDirectory,
      NODE_COMPILE_CACHE: compileCache,
    },
  };
}

/**
 * The environment variables that AWS sets, with the emulators as endpoints. None is copied from our
 * own process.
 */
function platformVariables(
  functionName: string,
  memoryMb: number,
  endpoints: ServiceEndpoints,
): Record<string, string> {
  return {
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    ...accountVariables(),
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_SNS: endpoints.sqs,
    AWS_ENDPOINT_URL_S3: endpoints.sqs,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_LAMBDA: endpoints.lambda,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsmanager,
    // The home folder of Lambda's user. The SDK asks for it, and our own user may have none.
    HOME: '/home/sbx_user1051',
    LANG: 'en_US.UTF-8',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TZ: 'UTC',
  };
}

/** Credentials of the function's role: the emulator uses the access key as SenderId. */
function signsAs(roleArn: string, functionName: string): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: `${roleIdOf(nameOfArn(roleArn))}:${functionName}` };
}

/** Region and credentials in the variables that the SDK reads. */
export function accountVariables(): Record<string, string> {
  return {
    AWS_REGION: ACCOUNT.region,
    AWS_DEFAULT_REGION: ACCOUNT.region,
    AWS_ACCESS_KEY_ID: ACCOUNT.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ACCOUNT.credentials.secretAccessKey,
  };
}
