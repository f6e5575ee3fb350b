/** How every command handles its command line: one clear line about a mistake, status 2. */
import { Command, CommanderError, Help, InvalidArgumentError, Option } from 'commander';
import { isAcceptedBySqs } from '../core/message/sqs-characters.ts';
import { complain } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';
import { UsageError } from './usage-error.ts';

/** A command whose mistakes are one line on stderr; its subcommands inherit that. */
export function command(name: string): Command {
  return new Command(name)
    .exitOverride()
    .showHelpAfterError(false)
    .hook('preAction', (_, started) => refuseEmptyWords(started))
    .configureHelp({ optionDescription: describeOption })
    .configureOutput({
      outputError: (text, write) => write(`${printable(text.trim().replace(/\s*\n\s*/g, ' '))}\n`),
    });
}

/**
 * An empty word is a variable of a shell that has no value: nothing has an empty name, and an empty filter would
 * match everything.
 */
function refuseEmptyWords(started: Command): void {
  const { args, registeredArguments, options } = started;
  const empty = args.findIndex((text) => text.trim() === '');
  if (empty !== -1) {
    const argument = registeredArguments[empty] ?? registeredArguments.at(-1);
    throw new UsageError(`${argument?.name() ?? 'an argument'} is empty`);
  }
  for (const option of options) {
    const given = [started.getOptionValue(option.attributeName())].flat();
    // A blank may be the name of a source.
    if (given.includes('')) throw new UsageError(`${option.long ?? option.flags} is empty`);
  }
}

/** As commander does, but an absent flag is undefined, and an empty list no default. */
function describeOption(option: Option): string {
  const { flags, description, defaultValue, defaultValueDescription } = option;
  const isEmptyList = Array.isArray(defaultValue) && defaultValue.length === 0;
  const isSaid = defaultValueDescription !== undefined;
  if (isSaid || (defaultValue !== false && !isEmptyList))
    return new Help().optionDescription(option);
  return new Help().optionDescription(new Option(flags, description));
}

/**
 * Runs it. @returns the exit status: what the action set, or 2 for a wrong command line. Other errors are
 * not caught here.
 */
export async function run(program: Command, argv: readonly string[]): Promise<number> {
  try {
    await program.parseAsync(argv, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander prints the help of all commands then, and not why.
      const unknown = argv[argv.indexOf('help') + 1];
      const isOfHelp = error.code === 'commander.help' && argv.includes('help');
      if (isOfHelp && error.exitCode !== 0 && unknown !== undefined) {
        complain(printable(`error: unknown command '${unknown}'`));
      }
      return error.exitCode === 0 ? 0 : 2;
    }
    if (!(error instanceof UsageError)) throw error;
    complain(printable(`error: ${error.message}`));
    return 2;
  }
}

/** A parser for options that are whole numbers within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** A parser for options that are a share from 0 to 1. */
export function share(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1.');
}

/** A parser for options that are times: epoch ms. */
export function instant(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d[T ]/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(ms)) return ms;
  throw new InvalidArgumentError('It must be a time such as 2026-01-31T12:00:00Z.');
}

/** For options that may be given several times. */
export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** A parser for the label of a source. */
export function sourceLabel(label: string): string {
  if (label.length >= 1 && label.length <= 128 && isAcceptedBySqs(label)) return label;
  throw new InvalidArgumentError(
    'It must have 1 to 128 characters, and no control characters, which SQS refuses.',
  );
}
