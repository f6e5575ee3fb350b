/** Options of all operator commands. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { whoRuns } from '../terminal/who-runs.ts';

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
  return staged(command).option('--json', 'as one JSON object');
}

/** Actions are recorded, with who did them and why. */
export function saying(command: Command): Command {
  return staged(command).addOption(reasonOption().makeOptionMandatory()).addOption(byOption());
}

export function staged(command: Command): Command {
  return command.option('--stage <stage>', 'the stage', 'dev');
}

/** The one `--reason` of all commands; commands that need it only sometimes check that themselves. */
export function reasonOption(): Option {
  return new Option('--reason <text>', 'why, for the record; no PHI').argParser(said);
}

export function byOption(): Option {
  return new Option('--by <who>', 'who does it, for the record').default(whoRuns()).argParser(said);
}

/** A reason must contain a word. */
function said(text: string): string {
  if (/[\p{L}\p{N}]/u.test(text)) return text.trim();
  throw new InvalidArgumentError('It is recorded, so it must contain words.');
}
