/**
 * `cdk synth` without its user's AWS settings. With them the CDK CLI asks AWS for the account, or its user for a
 * code of MFA, before it synthesizes; what runs on this machine needs neither.
 */
import { once } from 'node:events';
import { devNull } from 'node:os';
import { runToEnd } from '../../terminal/explain-error.ts';
import { spawnCdk } from './spawn-cdk.ts';

const NO_QUESTIONS = {
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
  // The CLI reports its use to AWS, unless it was offline within the last hour.
  CDK_DISABLE_CLI_TELEMETRY: 'true',
};

function withoutAccount(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const others = Object.entries(env).filter(([name]) => !name.startsWith('AWS_'));
  return { ...Object.fromEntries(others), ...NO_QUESTIONS };
}

async function synthesize(words: readonly string[]): Promise<number> {
  const all = ['synth', '--quiet', '--no-validation', ...words];
  const cdk = spawnCdk(all, { env: withoutAccount(process.env), stdio: 'inherit' });
  const [status]: unknown[] = await once(cdk, 'exit');
  return typeof status === 'number' ? status : 1;
}

await runToEnd(() => synthesize(process.argv.slice(2)));
