import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../../emulator/cdk.ts';
import { STAGE } from './settings.ts';

const OUTPUT_MAX = 64 * 1024 * 1024;

/** Runs our CLI as an operator does, and returns its output. Throws if its status is not 0. */
export async function cli(...args: string[]): Promise<string> {
  const argv = [join(ROOT, 'cli', 'main.ts'), ...args, '--stage', STAGE];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { maxBuffer: OUTPUT_MAX });
  return stdout;
}
