/** `lane`: looks at the lanes of a stage, pauses one, or lets it run again. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { describeLanes, describeOperated } from './lane/describe.ts';
import type { Word } from './lane/operate.ts';

interface Options {
  readonly stage: string;
}
interface ListOptions extends Options {
  readonly json?: true;
}
interface WordOptions extends Options {
  readonly by: string;
  readonly reason: string;
}

export function addLane(program: Command): void {
  const lane = program.command('lane').description('list lanes, pause one or let it run again');
  lane
    .command('list')
    .description('what each shall be, by whom and why, and what its mappings are')
    .option('--json', 'as one JSON object')
    .option('--stage <stage>', 'the stage', 'dev')
    .action(list);
  saying(
    lane.command('pause').description('nothing is taken from its queues until it is resumed'),
  ).action((name: string, options: WordOptions) => say('pause', name, options));
  saying(
    lane.command('resume').description('end an operator’s pause, and the supervisor’s'),
  ).action((name: string, options: WordOptions) => say('resume', name, options));
}

function saying(command: Command): Command {
  return command
    .argument('<lane>', 'such as critical')
    .requiredOption('--reason <text>', 'why, for the record; no PHI')
    .option('--by <who>', 'who does it, for the record', userInfo().username)
    .option('--stage <stage>', 'the stage', 'dev');
}

async function list({ stage, json }: ListOptions): Promise<void> {
  const { lookAtLanes } = await import('./lane/look.ts');
  const lanes = await lookAtLanes(stage);
  const text = json ? JSON.stringify({ lanes }) : describeLanes(lanes, Date.now());
  process.stdout.write(`${text}\n`);
}

async function say(word: Word, name: string, { stage, by, reason }: WordOptions): Promise<void> {
  const { operate } = await import('./lane/operate.ts');
  const operated = await operate(stage, name, word, { by, why: reason });
  process.stdout.write(`${describeOperated(word, operated)}\n`);
}
