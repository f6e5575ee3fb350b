/** `npm run deploy:local`: the stack of `cdk deploy`, on the emulator at AWS_ENDPOINT_URL. */
import type { StackOutput } from '../aws/live/stack.ts';
import fileConfig from '../failsafe.config.ts';
import type { Config } from '../lib/config/config.ts';
import { loadConfig } from '../lib/config/config-load.ts';
import { ASSEMBLY, deployStack, ONE_SENDER, synthesize } from './deploy-stack.ts';
import { emulatorVariables } from './env.ts';
import { quiet, runLocalCommand, say } from './local-command.ts';
import { openLocalTarget } from './local-target.ts';

const TRY = `echo '{"resourceType":"Patient","id":"ada"}' | npm run cli -- submit -`;

function sayOutputs(outputs: readonly StackOutput[], endpoint: string, stage: string): void {
  const width = Math.max(...outputs.map(({ name }) => name.length));
  say('\noutputs:');
  for (const { name, value } of outputs) {
    process.stdout.write(`${name.padEnd(width)}  ${value}\n`);
  }
  say('\nnext, in a terminal with');
  for (const [name, value] of Object.entries(emulatorVariables(endpoint))) {
    say(`  export ${name}=${value}`);
  }
  say(`try\n  ${TRY}${stage === 'dev' ? '' : ` --stage ${stage}`}`);
}

/** The config that will be deployed. Throws ConfigError. */
const configOf = (context: readonly string[]): Config =>
  loadConfig(
    fileConfig,
    Object.fromEntries(
      context.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    ),
  );

/** Refused for production, because no emulator should change what is deployed. */
const oneSender = ({ production }: Config) => (production ? [] : [ONE_SENDER]);

async function deploy({ context = [] }: { context?: string[] }): Promise<void> {
  const config = configOf(context);
  const { emulator, env } = await openLocalTarget();
  say(`deploying to ${emulator.name} at ${emulator.endpoint}`);
  const stack = await synthesize(ASSEMBLY, [...oneSender(config), ...context], env);
  const outputs = await deployStack({ emulator, stack, env, say, quiet });
  sayOutputs(outputs, emulator.endpoint, config.stage);
}

await runLocalCommand(
  'deploy:local',
  'Deploy the stack to LocalStack or MiniStack at AWS_ENDPOINT_URL (127.0.0.1:4566).',
  deploy,
);
