/** `lane`: shows the lanes of a stage, pauses one, or resumes it. */
import type { Command } from 'commander';
import { print } from '../terminal/print.ts';
import { describeLanes, describeOperated } from './lane/describe.ts';
import type { Word } from './lane/operate.ts';
import { type LookOptions, looking, saying, type WordOptions } from './operator-options.ts';

export function addLane(program: Command): void {
  const lane = program.command('lane').description('list lanes, pause or resume one');
  looking(
    lane
      .command('list')
      .description(
        'the desired state of each lane, who holds it and why, and the state of its mappings',
      ),
  ).action(list);
  operating(
    lane
      .command('pause')
      .description('no messages are received from its queues until it is resumed'),
  ).action((name: string, options: WordOptions) => say('pause', name, options));
  operating(
    lane.command('resume').description('end an operator’s pause, and the supervisor’s'),
  ).action((name: string, options: WordOptions) => say('resume', name, options));
}

const operating = (command: Command): Command =>
  saying(command.argument('<lane>', 'such as critical'));

async function list({ stage, json }: LookOptions): Promise<void> {
  const { lookAtLanes } = await import('./lane/look.ts');
  const lanes = await lookAtLanes(stage);
  const text = json ? JSON.stringify({ lanes }) : describeLanes(lanes, Date.now());
  print(text);
}

async function say(word: Word, name: string, { stage, by, reason }: WordOptions): Promise<void> {
  const { operate } = await import('./lane/operate.ts');
  const operated = await operate(stage, name, word, { by, why: reason });
  print(describeOperated(word, operated, Date.now()));
}
