/** Options of all operator commands. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { NAME_CHARACTERS_MAX, TEXT_CHARACTERS_MAX } from '../core/audit/audit-fact.ts';
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
  return new Option('--reason <text>', 'why, for the record; no PHI').argParser(
    said(TEXT_CHARACTERS_MAX),
  );
}

export function byOption(): Option {
  return new Option('--by <who>', 'who does it, for the record')
    .default(whoRuns().slice(0, NAME_CHARACTERS_MAX))
    .argParser(said(NAME_CHARACTERS_MAX));
}

/** It must contain a word, and fit into the audit log. */
const said =
  (charactersMax: number) =>
  (text: string): string => {
    const words = text.trim();
    if (!/[\p{L}\p{N}]/u.test(words)) {
      throw new InvalidArgumentError('It is recorded, so it must contain words.');
    }
    if (words.length > charactersMax) {
      throw new InvalidArgumentError(
        `It is recorded, so it must have at most ${charactersMax} characters; it has ${words.length}.`,
      );
    }
    return words;
  };
