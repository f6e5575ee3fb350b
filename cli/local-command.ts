/** `local …`: acts on the pipeline of `npm start`, and on no other. */
import { Argument, type Command, Option } from 'commander';
import { type Lane, lanes } from '../core/message/messages.ts';
import type { LiveEnvironment } from '../packages/local-lambda/control.ts';
import { print } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';
import { wholeNumber } from './command-line.ts';
import { shortOf } from './local/ask.ts';
import { SAMPLES, type SampleKind } from './local/sample-kinds.ts';
import { staged } from './operator-options.ts';

interface SendOptions {
  readonly stage: string;
  readonly lane: Lane;
}
interface FloodOptions extends SendOptions {
  readonly count: number;
}

export const FLOOD_MAX = 100_000;

export function addLocal(program: Command): void {
  const local = program
    .command('local')
    .description('what `npm start` runs: see and kill it, send samples, break a deployment');
  local
    .command('list')
    .description('running functions, each with the process id of its environment')
    .action(list);
  onFunction(
    local,
    'kill',
    "kill a function's environments, as a machine of AWS may: no message is lost",
    kill,
  );
  onFunction(local, 'break', 'deploy a function that does not load', (name) => deploy(name, true));
  onFunction(local, 'mend', 'deploy the previous version again', (name) => deploy(name, false));
  sending(local.command('send').description('send a sample resource'))
    .addArgument(new Argument('<sample>', 'which').choices(SAMPLES))
    .action(send);
  sending(local.command('flood').description('send many good resources at once'))
    .option('--count <n>', 'how many', wholeNumber(1, FLOOD_MAX), 5_000)
    .action(sendMany);
}

function onFunction(
  local: Command,
  verb: string,
  about: string,
  action: (name: string) => Promise<void>,
): void {
  local
    .command(verb)
    .description(about)
    .addArgument(new Argument('<function>', 'such as validate-background, or its whole name'))
    .action(action);
}

const sending = (command: Command): Command =>
  staged(command).addOption(
    new Option('--lane <lane>', 'the lane').choices(lanes).default('background'),
  );

async function list(): Promise<void> {
  const { liveEnvironments } = await import('./local/faults.ts');
  const environments = await liveEnvironments();
  for (const line of environments.map(describe)) print(line);
  if (environments.length === 0)
    print('nothing is running: environments start with the first message');
}

async function kill(name: string): Promise<void> {
  const { killEnvironments } = await import('./local/faults.ts');
  for (const each of await killEnvironments(name)) print(`killed ${describe(each)}`);
}

async function deploy(name: string, broken: boolean): Promise<void> {
  const { breakDeployment } = await import('./local/faults.ts');
  const { functionName } = await breakDeployment(name, broken);
  const what = broken ? 'does not load from now on' : 'is as it was before';
  print(printable(`${shortOf(functionName)} ${what}`));
}

async function send(sample: SampleKind, { stage, lane }: SendOptions): Promise<void> {
  const { sendSample } = await import('./local/faults.ts');
  print(`sent ${await sendSample(stage, lane, sample)}`);
}

async function sendMany({ stage, lane, count }: FloodOptions): Promise<void> {
  const { flood } = await import('./local/faults.ts');
  let sent = 0;
  await flood(stage, lane, count, {
    onAccepted: () => {
      sent += 1;
    },
  });
  print(`sent ${sent}`);
}

const describe = ({ functionName, pid }: LiveEnvironment) =>
  printable(`${shortOf(functionName).padEnd(22)} pid ${pid}`);
