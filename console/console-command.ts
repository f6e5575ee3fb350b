/** `console`: a page that shows the live state of a stage, and lets an operator act. */
import { once } from 'node:events';
import { type Command, Option } from 'commander';
import { wholeNumber } from '../cli/command-line.ts';
import { byOption, staged } from '../cli/operator-options.ts';
import { complain, print } from '../terminal/print.ts';

interface Options {
  readonly stage: string;
  readonly operate: boolean;
  readonly port: number;
  readonly by: string;
}

export function addConsole(program: Command): void {
  staged(
    program
      .command('console')
      .description('serve a page on this machine that shows a stage, with your own credentials'),
  )
    .option('--operate', 'allow acts: redrive, discard, acknowledge, pause …', false)
    .addOption(
      new Option('--port <n>', 'of the page')
        .argParser(wholeNumber(0, 65_535))
        .default(0, 'a free one'),
    )
    .addOption(byOption())
    .action(serve);
}

async function serve(options: Options): Promise<void> {
  const { bundlePage } = await import('./page/bundle.ts');
  const { openConsole } = await import('./open.ts');
  const opened = await openConsole({ ...options, page: await bundlePage() });
  // Not before: a signal ends a console that still waits for AWS.
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => stopping.abort());
  }
  print(opened.address);
  const may = options.operate ? 'reads and acts' : 'is read-only (--operate lets it act)';
  complain(
    `the console of stage ${options.stage} ${may}; whoever has this address may use it. Ctrl-C stops it.`,
  );
  if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
  complain('stopping …');
  await opened.stop();
  // All acts have ended. Reads that AWS does not answer would keep the process for a minute.
  process.exit();
}
