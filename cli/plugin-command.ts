/** `plugin`: business rules as WebAssembly: test one, list them, switch one. */
import type { Command } from 'commander';
import { switchOf } from '../core/supervision/plugin-switch.ts';
import { print } from '../terminal/print.ts';
import type { SayOptions, Word } from './breaker/say.ts';
import { howLong } from './breaker-command.ts';
import { wholeNumber } from './command-line.ts';
import { saying } from './operator-options.ts';
import { UsageError } from './usage-error.ts';

const DAY_MS = 24 * 3_600_000;

export function addPlugin(program: Command): void {
  const plugin = program
    .command('plugin')
    .description('business rules as WebAssembly: test one, list them, switch one');
  plugin
    .command('test')
    .description(
      'run a module on resources on this machine; prints FILE:LINE and the result of each',
    )
    .argument('<module>', 'a .wasm file')
    .argument('<resource...>', 'files of resources, as for submit')
    .option('--memory-mb <n>', 'memory limit of one run', wholeNumber(1, 1024), 64)
    .option('--deadline-ms <n>', 'time limit of one run', wholeNumber(50, 60_000), 500)
    .action(async (module: string, resources: string[], options) => {
      const { testModule } = await import('./plugin/test-module.ts');
      await testModule(module, resources, options);
    });
  plugin
    .command('list')
    .description('the plugins of failsafe.config.ts, and whether each is on')
    .option('--stage <stage>', 'the stage', 'dev')
    .option('--json', 'as one JSON object')
    .action(list);
  saying(plugin.command('disable').description('switch it off, until an expiry'))
    .argument('<plugin>')
    .option('--json', 'as one JSON object')
    .addOption(howLong().default(DAY_MS, '24h'))
    .action((name: string, options: SayOptions & { for: number }) =>
      switchTo(name, { kind: 'force-open', is: 'off', until: Date.now() + options.for }, options),
    );
  saying(plugin.command('enable').description('switch it on, and forget its crashes'))
    .argument('<plugin>')
    .option('--json', 'as one JSON object')
    .action((name: string, options: SayOptions) =>
      switchTo(name, { kind: 'reset', is: 'on' }, options),
    );
}

async function configured() {
  const { default: file } = await import('../failsafe.config.ts');
  const { loadConfig } = await import('../lib/config/config-load.ts');
  return loadConfig(file, {}).plugins;
}

interface ListOptions {
  readonly stage: string;
  readonly json?: true;
}

async function list({ stage, json }: ListOptions): Promise<void> {
  const { readBreakers } = await import('./breaker/read.ts');
  const { describePlugins, pluginsJson } = await import('./plugin/describe.ts');
  const describe = json ? pluginsJson : describePlugins;
  print(describe(await configured(), await readBreakers(stage), Date.now()));
}

async function switchTo(
  name: string,
  word: Pick<Word, 'kind' | 'is' | 'until'>,
  options: SayOptions,
): Promise<void> {
  const { say } = await import('./breaker/say.ts');
  const known = (await configured()).map((plugin) => plugin.name);
  if (!known.includes(name)) {
    const names = known.join(', ') || 'none';
    throw new UsageError(`no plugin ${name} in failsafe.config.ts: it names ${names}`);
  }
  await say({ ...word, what: 'plugin', name, service: switchOf(name) }, options);
}
