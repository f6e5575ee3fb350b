import { collect, command, run } from '../cli/command-line.ts';
import { ConfigError } from '../lib/config-load.ts';
import { CdkFailed } from './cdk.ts';
import { EndpointRefused } from './endpoint.ts';

export const say = (line: string) => process.stderr.write(`${line}\n`);
/** The CDK draws a bar for people; a log gets its hundred events only where it fails. */
export const quiet = !process.stderr.isTTY;

/** What says itself what to do. */
const EXPECTED = [EndpointRefused, CdkFailed, ConfigError];

/** Runs a command that takes `cdk deploy`'s settings. What is expected to fail says so in one line. */
export async function runLocalCommand(
  name: string,
  description: string,
  action: (options: { context?: string[] }) => Promise<void>,
): Promise<void> {
  const program = command(`npm run ${name} --`)
    .description(description)
    .option('-c, --context <key=value>', 'a setting, as for cdk deploy; repeatable', collect)
    .action(action);
  try {
    process.exitCode = await run(program, process.argv.slice(2));
  } catch (error) {
    if (!EXPECTED.some((kind) => error instanceof kind)) throw error;
    if (error instanceof CdkFailed) process.stderr.write(error.output);
    say(`error: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
