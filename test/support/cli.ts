/**
 * Runs a command of `npm run cli` in this process, for a hundredth of what a process of its own costs. Its
 * clients live as long as this process and call its emulators. test/cli/command-line.test.ts proves that a
 * process of its own prints the same and ends with the same status.
 */
import { Readable } from 'node:stream';
import { run } from '../../cli/command-line.ts';
import { buildProgram } from '../../cli/commands.ts';
import { printAndFail } from '../../terminal/explain-error.ts';
import { setVariables, type Variables } from './set-variables.ts';

export interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

interface Surroundings {
  /** The folder in which it is called. */
  readonly cwd?: string;
  readonly input?: string | Readable;
  /** More environment variables; undefined removes one. */
  readonly env?: Variables;
}

let before: Promise<unknown> = Promise.resolve();

export const cli = (words: readonly string[], surroundings?: Surroundings): Promise<Ended> =>
  runHere(async () => run(await buildProgram(words[0]), words), words, surroundings);

/** One after another: what is printed, the folder and the status are the process's. */
export function runHere(
  action: () => Promise<number>,
  words: readonly string[],
  surroundings: Surroundings = {},
): Promise<Ended> {
  const ended = before.then(() => runNow(action, words, surroundings));
  before = ended.catch(() => {});
  return ended;
}

async function runNow(
  action: () => Promise<number>,
  words: readonly string[],
  around: Surroundings,
): Promise<Ended> {
  const { cwd = process.cwd(), input = '', env = {} } = around;
  const printed = { stdout: '', stderr: '' };
  const was = { argv: process.argv, exitCode: process.exitCode, cwd: process.cwd() };
  const interrupts = process.listeners('SIGINT');
  const restores = [
    setVariables(env),
    replace(
      process,
      'stdin',
      typeof input === 'string' ? Readable.from([Buffer.from(input)]) : input,
    ),
    ...(['stdout', 'stderr'] as const).map((name) =>
      replace(process[name], 'write', (text: string) => {
        printed[name] += text;
        return true;
      }),
    ),
  ];
  process.argv = [process.execPath, import.meta.filename, ...words];
  process.exitCode = undefined;
  process.chdir(cwd);
  try {
    const status = await statusOf(action);
    return { status, out: printed.stdout, err: printed.stderr };
  } finally {
    process.chdir(was.cwd);
    process.argv = was.argv;
    process.exitCode = was.exitCode;
    for (const restore of restores) restore();
    for (const listener of process.listeners('SIGINT')) {
      if (!interrupts.includes(listener)) process.off('SIGINT', listener);
    }
  }
}

/** As `runToEnd` ends a process. */
async function statusOf(action: () => Promise<number>): Promise<number> {
  try {
    return await action();
  } catch (error) {
    printAndFail(error);
    return Number(process.exitCode);
  }
}

/** @returns what restores it */
function replace(of: object, name: string, value: unknown): () => void {
  const own = Object.getOwnPropertyDescriptor(of, name);
  Object.defineProperty(of, name, { value, configurable: true, writable: true });
  return () => {
    if (own === undefined) Reflect.deleteProperty(of, name);
    else Object.defineProperty(of, name, own);
  };
}
