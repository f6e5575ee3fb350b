/** `incident`: shows the incidents of a stage, acknowledges or resolves one (R22). */
import { type Command, InvalidArgumentError } from 'commander';
import { print } from '../terminal/print.ts';
import { describeIncident, describeIncidents } from './incident/describe.ts';
import { type LookOptions, looking, saying, type WordOptions } from './operator-options.ts';

interface ListOptions extends LookOptions {
  readonly all?: true;
}
interface Id {
  readonly scope: string;
  readonly number: number;
}

export function addIncident(program: Command): void {
  const incident = program
    .command('incident')
    .description('list or show incidents, acknowledge or resolve one');
  looking(incident.command('list').description('unfinished incidents, one line each'))
    .option('--all', 'also the latest finished ones')
    .action(list);
  looking(about(incident.command('show').description('everything known of one'))).action(show);
  saying(
    about(incident.command('ack').description('you take care of it: nobody is paged again')),
  ).action((id: Id, options: WordOptions) => say('acknowledge', id, options));
  saying(
    about(incident.command('resolve').description('it is over: the next crashes open another')),
  ).action((id: Id, options: WordOptions) => say('resolve', id, options));
}

const about = (command: Command): Command =>
  command.argument('<incident>', "such as 'validate#1'", incidentId);

async function list({ stage, all, json }: ListOptions): Promise<void> {
  const { readIncidents } = await import('./incident/read.ts');
  const incidents = await readIncidents(stage, all === true);
  const text = json
    ? JSON.stringify({ incidents })
    : describeIncidents(incidents, Date.now(), all === true);
  print(text);
}

async function show(id: Id, { stage, json }: LookOptions): Promise<void> {
  const { readOne } = await import('./incident/read.ts');
  const incident = await readOne(stage, id);
  const text = json ? JSON.stringify(incident) : describeIncident(incident, stage, Date.now());
  print(text);
}

async function say(word: 'acknowledge' | 'resolve', id: Id, options: WordOptions): Promise<void> {
  const { sayOf } = await import('./incident/say.ts');
  const { by, reason: why, stage } = options;
  const incident = await sayOf(stage, id, word, { at: Date.now(), by, why });
  print(describeIncidents([incident], Date.now()));
}

function incidentId(text: string): Id {
  const [, scope = '', number = ''] = /^(.+)#(\d{1,6})$/.exec(text) ?? [];
  if (scope !== '') return { scope, number: Number(number) };
  throw new InvalidArgumentError("It must be a scope and a number, such as 'validate#1'.");
}
