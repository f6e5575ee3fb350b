/** Options that all commands share by which an operator looks at a stage, or has a say in it. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';

export interface LookOptions {
  readonly stage: string;
  readonly json?: true;
}

export interface WordOptions {
  readonly stage: string;
  readonly by: string;
  readonly reason: string;
}

export function looking(command: Command): Command {
  return command
    .option('--json', 'as one JSON object')
    .option('--stage <stage>', 'the stage', 'dev');
}

/** What is done is recorded, with who did it and why. */
export function saying(command: Command): Command {
  return command
    .requiredOption('--reason <text>', 'why, for the record; no PHI')
    .option('--by <who>', 'who does it, for the record', userInfo().username)
    .option('--stage <stage>', 'the stage', 'dev');
}
