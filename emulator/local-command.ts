import { collect, command, run } from '../cli/command-line.ts';
import { runToEnd } from '../terminal/explain-error.ts';
import { CdkFailed } from './cdk.ts';

export const say = (line: string) => process.stderr.write(`${line}\n`);
/** The CDK draws a bar for people; a log gets its hundred events only if it fails. */
export const quiet = !process.stderr.isTTY;

/** Runs a command with `cdk deploy`'s settings. An expected failure is reported in one line. */
export async function runLocalCommand(
  name: string,
  description: string,
  action: (options: { context?: string[] }) => Promise<void>,
): Promise<void> {
  const program = command(`npm run ${name} --`)
    .description(description)
    .option('-c, --context <key=value>', 'a setting, as for cdk deploy; repeatable', collect)
    .action(action);
  await runToEnd(() =>
    run(program, process.argv.slice(2)).catch((error: unknown) => {
      if (error instanceof CdkFailed) process.stderr.write(error.output);
      throw error;
    }),
  );
}
