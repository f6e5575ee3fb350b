/** `npm run deploy:local`: the stack of `cdk deploy`, on the emulator at AWS_ENDPOINT_URL. */
import { collect, command, run } from '../cli/command-line.ts';
import { CdkFailed } from './cdk.ts';
import { ASSEMBLY, deployStack, type Output, synthesize } from './deploy-stack.ts';
import { EndpointRefused } from './endpoint.ts';
import { emulatorVariables } from './environment.ts';
import { openLocalTarget } from './local-target.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);
/** The CDK draws a bar for people; a log gets its hundred events only where it fails. */
const quiet = !process.stderr.isTTY;
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

async function deploy({ context = [] }: { context?: string[] }): Promise<void> {
  const { emulator, env } = await openLocalTarget();
  say(`deploying to ${emulator.name} at ${emulator.endpoint}`);
  const stack = await synthesize(ASSEMBLY, context, env);
  const outputs = await deployStack({ emulator, stack, env, say, quiet });
  sayOutputs(outputs, emulator.endpoint);
}

const program = command('npm run deploy:local --')
  .description('Deploy the stack to LocalStack or MiniStack at AWS_ENDPOINT_URL (127.0.0.1:4566).')
  .option('-c, --context <key=value>', 'a setting, as for cdk deploy; repeatable', collect)
  .action(deploy);

try {
  process.exitCode = await run(program, process.argv.slice(2));
} catch (error) {
  if (!(error instanceof EndpointRefused || error instanceof CdkFailed)) throw error;
  if (error instanceof CdkFailed) process.stderr.write(error.output);
  say(`error: ${error.message}`);
  process.exitCode = 1;
}
