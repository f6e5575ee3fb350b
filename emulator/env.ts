/** Environment variables of processes that use an emulator, and of the emulator itself. */

import { AT_THIS_ENDPOINT } from '../cli/keep-to-endpoint.ts';

/** Region and credentials of every emulator; the account is 000000000000. */
const REGION = 'us-east-1';

/** The caller's variables that would lead an SDK somewhere else. */
const isAws = (name: string) => name.startsWith('AWS_');

function without(env: NodeJS.ProcessEnv, drop: (name: string) => boolean): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !drop(name)));
}

/** The variables that send every SDK, the CLI and the CDK to an emulator and nowhere else. */
export function emulatorVariables(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...AT_THIS_ENDPOINT,
  };
}

/** The caller's environment variables with every AWS setting replaced by the emulator's. */
export function clientEnvironment(env: NodeJS.ProcessEnv, endpoint: string): NodeJS.ProcessEnv {
  return {
    ...without(env, isAws),
    ...emulatorVariables(endpoint),
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  };
}

/**
 * MiniStack's environment variables. Its functions inherit them, so no AWS setting of the caller may be
 * among them, and their `node` is the first on PATH.
 * @param nodeFolder folder of a Node 24
 * @param temporary folder of its own, to be removed afterwards
 */
export function ministackEnvironment(
  env: NodeJS.ProcessEnv,
  options: { port: number; nodeFolder: string; temporary: string },
): NodeJS.ProcessEnv {
  return {
    ...without(env, (name) => isAws(name) || name.startsWith('npm_') || name === 'NODE_OPTIONS'),
    PATH: `${options.nodeFolder}:${env['PATH'] ?? ''}`,
    TMPDIR: options.temporary,
    GATEWAY_PORT: String(options.port),
    BIND_HOST: '127.0.0.1',
    MINISTACK_HOST: '127.0.0.1',
    LAMBDA_EXECUTOR: 'local',
    IOT_MTLS_ENABLED: '0',
    PYTHONUNBUFFERED: '1',
  };
}
