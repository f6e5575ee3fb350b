/** Runs the real CDK CLI, as a user would. */
import { once } from 'node:events';
import { join } from 'node:path';
import { spawnCdk } from '../lib/bundle/spawn-cdk.ts';

export const ROOT = join(import.meta.dirname, '..');

/** The CDK CLI failed; its output is on the terminal, or in `output`. */
export class CdkFailed extends Error {
  override readonly name = 'CdkFailed';
  readonly output: string;

  constructor(args: readonly string[], status: string, output: string) {
    super(`cdk ${args[0]} ended with ${status}`);
    this.output = output;
  }
}

/** `-c key=value` for each, as the CDK takes them. */
export const contextArguments = (context: readonly string[]): string[] =>
  context.flatMap((pair) => ['-c', pair]);

/**
 * Runs `cdk ARGS`. Its output goes to the terminal (its stdout to our stderr: stdout is for results), or is
 * kept for CdkFailed and returned if `quiet`.
 */
export async function cdk(
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; quiet?: boolean },
): Promise<string> {
  const { env, quiet = false } = options;
  const child = spawnCdk(args, {
    env,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', process.stderr, 'inherit'],
  });
  const said: string[] = [];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => said.push(text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const [code, signal]: unknown[] = await once(child, 'close');
  if (code !== 0) throw new CdkFailed(args, String(code ?? signal), said.join(''));
  return said.join('');
}
