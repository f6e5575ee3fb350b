/**
 * The one place that turns an error into one line: what was wrong, where, and what to do. Every command
 * ends with it. DEBUG=1 prints the stack.
 */
import { join } from 'node:path';
import { awsTrouble } from './aws-trouble.ts';
import { causesOf, findCause, messageOf } from './causes.ts';
import { fileTrouble } from './file-trouble.ts';
import { complain } from './print.ts';
import { printable, printableLines } from './printable.ts';
import { takeProxy } from './proxy.ts';
import { provideHome } from './who-runs.ts';

const ROOT = join(import.meta.dirname, '..');

/** Errors of ours whose message is a line for the user, and their exit status. */
const STATUSES: Readonly<Record<string, number>> = {
  UsageError: 2,
  MissingPython: 3,
  EmulatorFault: 4,
  ...Object.fromEntries(
    [
      ...['TargetError', 'BuildError', 'PortError', 'HomeError', 'EndpointRefused', 'CdkFailed'],
      ...['ConfigError', 'BundleError', 'PluginError', 'PluginBuildError', 'SupervisionError'],
      ...[
        'PackageError',
        'GapError',
        'RegistryError',
        'RegistryOutage',
        'EmulatorError',
        'DataInUse',
        'RowUnreadable',
      ],
    ].map((name) => [name, 1]),
  ),
};

export interface ErrorLine {
  /** One line, safe for a terminal, except for what a compiler says of a package or a source. */
  readonly text: string;
  readonly status: number;
}

/** @param argv of the command, for the stage that it was used on. */
export function whatWentWrong(
  error: unknown,
  { env, argv }: { readonly env: NodeJS.ProcessEnv; readonly argv: readonly string[] },
): ErrorLine {
  const own = findCause(error, ({ name }) => name in STATUSES);
  if (own !== undefined) return { text: linesOf(own), status: STATUSES[own.name] ?? 1 };
  const words = findCause(error, ({ code = '' }) => String(code).startsWith('ERR_PARSE_ARGS_'));
  if (words !== undefined) return { text: printable(messageOf(words)), status: 2 };
  const line = fileTrouble(error, { root: ROOT, env }) ?? ofValues(error);
  if (line !== undefined) return { text: printable(line), status: 1 };
  const aws = awsTrouble(error, { env, stage: stageOf(argv) });
  if (aws !== undefined)
    return { text: printable(aws.message), status: aws.kind === 'usage' ? 2 : 1 };
  return { text: printable(bugOf(error)), status: 1 };
}

/** What compilers say has lines of its own: in any other text a line break is somebody else's. */
const OF_COMPILERS = ['GapError', 'PluginBuildError'];

function linesOf({ name, message }: Error): string {
  return OF_COMPILERS.includes(name) ? printableLines(message) : printable(message);
}

function stageOf(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((word) => word === '--stage' || word.startsWith('--stage='));
  const word = argv[at];
  return word === '--stage' ? argv[at + 1] : word?.slice('--stage='.length);
}

/** Values that a schema refuses, in a file that a person may have written. */
function ofValues(error: unknown): string | undefined {
  const fault = findCause(error, ({ name }) => name === 'ZodError' || name === '$ZodError');
  if (fault === undefined || !('issues' in fault) || !Array.isArray(fault.issues)) return undefined;
  return fault.issues
    .map(({ path = [], message }: { path?: PropertyKey[]; message: string }) =>
      [path.map(String).join('.'), message].filter((part) => part !== '').join(': '),
    )
    .join('; ');
}

/** V8 quotes what it could not parse, which may be a resource (R08). */
const QUOTED_TEXT = /, ?(?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON/s;

function bugOf(error: unknown): string {
  const name = error instanceof Error ? error.name : 'thrown';
  const message = messageOf(error).replace(QUOTED_TEXT, ' in what should be JSON');
  return (
    `${name}: ${message}. This is a bug of fhir-failsafe: ` +
    'please report it where you got this repository, with what DEBUG=1 before the command prints'
  );
}

/** Prints it, and sets this process's exit status. */
export function printAndFail(error: unknown): void {
  const { env } = process;
  const { text, status } = whatWentWrong(error, { env, argv: process.argv });
  complain(`error: ${text}`);
  if (env['DEBUG'] === '1') {
    for (const { stack = '' } of causesOf(error)) complain(stack);
  }
  process.exitCode = status;
}

/** The status that a shell gives a process that SIGPIPE ended. */
const PIPE_CLOSED = 141;

let isWatching = false;

/**
 * Called before any of our code runs. Then an uncaught error ends in one line too, and a closed
 * pipe ends the command quietly.
 */
export function watchForFailures(): void {
  if (isWatching) return;
  isWatching = true;
  provideHome(process.env);
  takeProxy(process.env);
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(PIPE_CLOSED);
      throw error;
    });
  }
  process.on('uncaughtException', (error) => {
    printAndFail(error);
    process.exit();
  });
}

/** Runs a command to its end. @param action returns the exit status */
export async function runToEnd(action: () => Promise<unknown>): Promise<void> {
  watchForFailures();
  try {
    const status = await action();
    if (typeof status === 'number') process.exitCode = status;
  } catch (error) {
    printAndFail(error);
  }
}
