/**
 * Keeps a command at an endpoint of this machine, such as that of `npm start`: other AWS settings of its user
 * must not send a part of its calls, or its resources, to AWS.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
import { UsageError } from './usage-error.ts';

/** Overrule the same settings of the AWS config file. An emulator has no other endpoints. */
export const AT_THIS_ENDPOINT = {
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false',
  AWS_USE_FIPS_ENDPOINT: 'false',
  AWS_USE_DUALSTACK_ENDPOINT: 'false',
} as const;

const ADDRESS = /^AWS_ENDPOINT_URL(?:_|$)/;
const OF_OUR_SERVICES =
  /^AWS_ENDPOINT_URL_(?:SQS|SNS|S3|DYNAMODB|LAMBDA|SECRETS_MANAGER|STS|CLOUDWATCH|CLOUDWATCH_LOGS)$/;
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|(?:.+\.)?localhost)$/;

const IGNORED = 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS';

/** Changes the variables for the SDK's clients that are made from now on. @throws UsageError */
export function keepToEndpoint(env: NodeJS.ProcessEnv): void {
  const isIgnored = env[IGNORED]?.toLowerCase() === 'true';
  if (isIgnored && isHere(env['AWS_ENDPOINT_URL'])) {
    throw new UsageError(
      `${IGNORED} is true, so AWS_ENDPOINT_URL has no effect: unset one of them`,
    );
  }
  for (const name of Object.keys(env)) {
    // As the SDK does: an empty one is none.
    if (ADDRESS.test(name) && (isIgnored || env[name] === '')) delete env[name];
  }
  if (!isHere(env['AWS_ENDPOINT_URL'])) return;
  for (const [name, address] of Object.entries(env)) {
    if (OF_OUR_SERVICES.test(name) && !isHere(address)) {
      throw new UsageError(
        `AWS_ENDPOINT_URL is an address of this machine, and ${name} is not: unset ${name}`,
      );
    }
  }
  Object.assign(env, AT_THIS_ENDPOINT);
  // The SDK prefers a profile to the credentials beside the endpoint.
  if (env['AWS_ACCESS_KEY_ID'] !== undefined) delete env['AWS_PROFILE'];
}

const isHere = (address: string | undefined) =>
  address !== undefined && URL.canParse(address) && LOOPBACK.test(new URL(address).hostname);
