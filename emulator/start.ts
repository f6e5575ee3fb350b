/**
 * `npm run emulator` runs MiniStack until Ctrl-C; `npm run emulator -- COMMAND…` runs a command
 * against it, stops it and ends with the command's status. Status 2: wrong usage; 3: this machine
 * lacks what MiniStack needs; 4: it did not start.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { command, run, wholeNumber } from '../cli/command-line.ts';
import { UsageError } from '../cli/usage-error.ts';
import { runToEnd } from '../terminal/explain-error.ts';
import { clientEnvironment, emulatorVariables } from './env.ts';
import { type Ministack, startMinistack } from './ministack.ts';
import { ministackPython } from './virtual-environment.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const say = (line: string) => process.stderr.write(`emulator: ${line}\n`);

async function stayUp(ministack: Ministack): Promise<number> {
  say(`MiniStack answers at ${ministack.endpoint}; its log is ${ministack.logFile}`);
  say('for another terminal, then try: npm run deploy:local');
  for (const [name, value] of Object.entries(emulatorVariables(ministack.endpoint))) {
    process.stdout.write(`export ${name}=${value}\n`);
  }
  say('Ctrl-C stops it, and forgets everything in it');
  const asked = Promise.race(SIGNALS.map((signal) => once(process, signal))).then(() => 0);
  const died = ministack.gone.then(() => {
    say(`MiniStack ended by itself: see ${ministack.logFile}`);
    return 4;
  });
  return Promise.race([asked, died]);
}

/** Runs the command with the emulator's environment variables; a signal goes to the command first. */
async function runCommand(
  [file = '', ...args]: readonly string[],
  ministack: Ministack,
): Promise<number> {
  const env = clientEnvironment(process.env, ministack.endpoint);
  const child = spawn(file, args, { env, stdio: 'inherit' });
  // The terminal sends Ctrl-C to the command too: sent twice it would interrupt a cleanup.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  const ended = once(child, 'exit').catch((cause: unknown) => {
    throw new UsageError(`cannot run ${file}`, { cause });
  });
  const [code, signal]: (number | NodeJS.Signals | null)[] = await ended;
  if (typeof code === 'number') return code;
  return typeof signal === 'string' ? 128 + (constants.signals[signal] ?? 0) : 1;
}

async function start(words: readonly string[], { port }: { port: number }): Promise<void> {
  const python = await ministackPython(process.env, say);
  const ministack = await startMinistack({ python, port, env: process.env });
  try {
    process.exitCode = await (words.length === 0
      ? stayUp(ministack)
      : runCommand(words, ministack));
  } finally {
    await ministack.stop();
  }
}

const program = command('npm run emulator --')
  .description(
    'Run MiniStack, an emulator of AWS, on this machine: until Ctrl-C, or for a command.',
  )
  .argument('[command...]', 'runs with AWS_ENDPOINT_URL, a region and credentials set')
  .option('--port <n>', 'where it answers on 127.0.0.1', wholeNumber(1, 65_535), 4566)
  .passThroughOptions()
  .action(start);

await runToEnd(() => run(program, process.argv.slice(2)));
