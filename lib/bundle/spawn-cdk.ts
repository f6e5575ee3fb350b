import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const CDK = join(ROOT, 'node_modules/.bin/cdk');

/** Starts the real CDK CLI in the project's folder. The Node that runs this runs the CDK and our app too. */
export function spawnCdk(
  words: readonly string[],
  { env, stdio }: { readonly env: NodeJS.ProcessEnv; readonly stdio: StdioOptions },
): ChildProcess {
  const PATH = `${dirname(process.execPath)}:${env['PATH'] ?? ''}`;
  return spawn(CDK, words, { cwd: ROOT, env: { ...env, PATH }, stdio });
}
