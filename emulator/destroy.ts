/** `npm run destroy:local`: takes away what `npm run deploy:local` with the same settings deployed. */
import { collect, command, run } from '../cli/command-line.ts';
import { CdkFailed } from './cdk.ts';
import { ASSEMBLY, synthesize } from './deploy-stack.ts';
import { destroyStack } from './destroy-stack.ts';
import { EndpointRefused } from './endpoint.ts';
import { openLocalTarget } from './local-target.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);
/** The CDK draws a bar for people; a log gets its hundred events only where it fails. */
const quiet = !process.stderr.isTTY;

async function destroy({ context = [] }: { context?: string[] }): Promise<void> {
  const { emulator, env } = await openLocalTarget();
  const stack = await synthesize(ASSEMBLY, context, env);
  say(`destroying ${stack.stackName} on ${emulator.name} at ${emulator.endpoint}`);
  const there = await destroyStack({ stack, env, quiet });
  say(`${stack.stackName} ${there ? 'is gone' : 'was not there'}`);
}

const program = command('npm run destroy:local --')
  .description('Destroy the stack on LocalStack or MiniStack at AWS_ENDPOINT_URL, and its data.')
  .option('-c, --context <key=value>', 'a setting, as for cdk deploy; repeatable', collect)
  .action(destroy);

try {
  process.exitCode = await run(program, process.argv.slice(2));
} catch (error) {
  if (!(error instanceof EndpointRefused || error instanceof CdkFailed)) throw error;
  if (error instanceof CdkFailed) process.stderr.write(error.output);
  say(`error: ${error.message}`);
  process.exitCode = 1;
}
