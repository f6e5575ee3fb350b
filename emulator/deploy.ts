/** `npm run deploy:local`: the stack of `cdk deploy`, on the emulator at AWS_ENDPOINT_URL. */
import { ASSEMBLY, deployStack, ONE_SENDER, type Output, synthesize } from './deploy-stack.ts';
import { emulatorVariables } from './environment.ts';
import { quiet, runLocalCommand, say } from './local-command.ts';
import { openLocalTarget } from './local-target.ts';

const TRY = `echo '{"resourceType":"Patient","id":"ada"}' | npm run cli -- submit -`;

function sayOutputs(outputs: readonly Output[], endpoint: string): void {
  const width = Math.max(...outputs.map(({ name }) => name.length));
  say('\noutputs:');
  for (const { name, value } of outputs) {
    process.stdout.write(`${name.padEnd(width)}  ${value}\n`);
  }
  say('\nnext, in a terminal with');
  for (const [name, value] of Object.entries(emulatorVariables(endpoint))) {
    say(`  export ${name}=${value}`);
  }
  const stage = outputs.find(({ name }) => name === 'Name')?.value.split('-')[2] ?? 'dev';
  say(`try\n  ${TRY}${stage === 'dev' ? '' : ` --stage ${stage}`}`);
}

/** Refused for stage prod, where no emulator should change what is deployed. */
const oneSender = (context: readonly string[]) =>
  context.includes('stage=prod') ? [] : [ONE_SENDER];

async function deploy({ context = [] }: { context?: string[] }): Promise<void> {
  const { emulator, env } = await openLocalTarget();
  say(`deploying to ${emulator.name} at ${emulator.endpoint}`);
  const stack = await synthesize(ASSEMBLY, [...oneSender(context), ...context], env);
  const outputs = await deployStack({ emulator, stack, env, say, quiet });
  sayOutputs(outputs, emulator.endpoint);
}

await runLocalCommand(
  'deploy:local',
  'Deploy the stack to LocalStack or MiniStack at AWS_ENDPOINT_URL (127.0.0.1:4566).',
  deploy,
);
