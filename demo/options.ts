/** The command line of `npm start`. */
import { Option } from 'commander';
import { collect, command, share, sourceLabel, wholeNumber } from '../cli/command-line.ts';

export interface StartOptions {
  readonly once: boolean;
  readonly json: boolean;
  /** Files to submit instead of the sample. */
  readonly input: readonly string[];
  readonly count: number;
  /** The source to submit as; by default the first configured one that may. */
  readonly source?: string;
  readonly seed: number;
  readonly port?: number;
  readonly data?: string;
  readonly duplicates: number;
  readonly reorder: boolean;
  /** Delivers to a stand-in FHIR server. */
  readonly downstream: boolean;
}

export function startCommand(action: (options: StartOptions) => Promise<void>) {
  return command('npm start --')
    .description('Runs the whole pipeline on this machine and puts resources through it.')
    .option('--once', 'end when all is through; status 1 if a message is unaccounted for', false)
    .option(
      '--json',
      'print the summary as one JSON object, the last line of standard output',
      false,
    )
    .option(
      '--input <file>',
      'submit this file (NDJSON or JSON, plain or .gz); repeatable',
      collect,
      [],
    )
    .addOption(
      new Option('--count <n>', 'how many resources of the sample')
        .argParser(wholeNumber(1, 10_000_000))
        .default(10_000)
        .conflicts('input'),
    )
    .option(
      '--source <label>',
      'as which source (default: the first of failsafe.config.ts that may, or `default`)',
      sourceLabel,
    )
    .option(
      '--seed <n>',
      'of the sample, duplicates and reordering',
      wholeNumber(0, 2 ** 31 - 1),
      1,
    )
    .option(
      '--port <n>',
      'of the gateway in front of all services (default: a free one)',
      wholeNumber(1, 65_535),
    )
    .option('--data <dir>', 'keep tables and buckets there over restarts')
    .option('--duplicates <share>', 'deliver this share of the messages twice, 0 to 1', share, 0)
    .option('--reorder', 'deliver messages out of order', false)
    .option(
      '--downstream',
      'deliver to a stand-in FHIR server and check codes with a stand-in terminology server, which `npm run cli -- downstream` and `terminology` make fail',
      false,
    )
    .addHelpText('after', '\nStatus: 0 all well, 1 something failed, 2 a wrong command line.')
    .action(action);
}
