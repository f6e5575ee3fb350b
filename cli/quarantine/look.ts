/** `quarantine list` and `quarantine show`: reading, not changing. */
import { type Command, Option } from 'commander';
import { lanes } from '../../core/messages.ts';
import { allEntries, readEntry } from '../../functions/aws/quarantine-entries.ts';
import { printableLines } from '../printable.ts';
import { textOf } from './body.ts';
import { describeEntry, describeOverview } from './describe.ts';
import { groupByFingerprint } from './groups.ts';
import { resolvedAsStored } from './resolve.ts';
import { openStage } from './stage.ts';

interface ListOptions {
  readonly stage: string;
  readonly lane?: string;
  readonly json?: true;
}
interface ShowOptions {
  readonly stage: string;
  readonly reveal?: true;
  readonly json?: true;
}

export function addLook(quarantine: Command): void {
  quarantine
    .command('list')
    .description('what is quarantined, grouped by why')
    .addOption(new Option('--lane <lane>', 'only those of a lane').choices(lanes))
    .option('--json', 'as one JSON object')
    .option('--stage <stage>', 'the stage', 'dev')
    .action(list);
  quarantine
    .command('show')
    .description('all that is known of one entry; its body only with --reveal')
    .argument('<id>', "the message's original id")
    .option('--reveal', 'print the body, which may hold PHI')
    .option('--json', 'as one JSON object')
    .option('--stage <stage>', 'the stage', 'dev')
    .action(show);
}

async function list({ stage: name, lane, json }: ListOptions): Promise<void> {
  const stage = await openStage(name);
  const overview = await groupByFingerprint(allEntries(stage.quarantineTable), lane);
  const text = json === true ? JSON.stringify(overview) : describeOverview(overview);
  process.stdout.write(`${text}\n`);
}

async function show(id: string, { stage: name, reveal, json }: ShowOptions): Promise<void> {
  const stage = await openStage(name);
  const entry = await readEntry(stage.quarantineTable, id);
  if (entry === undefined) {
    process.stderr.write(`error: no entry ${id} in the quarantine of ${name}\n`);
    process.exitCode = 1;
    return;
  }
  const stored = await resolvedAsStored(stage, entry);
  const { body: _, ...known } = stored ? { ...entry, status: 'stored' as const } : entry;
  const body = reveal === true ? await textOf(entry) : undefined;
  const text =
    json === true
      ? JSON.stringify({ ...known, ...(body !== undefined && { body }) })
      : [describeEntry(known), ...(body === undefined ? [] : ['body', printableLines(body)])].join(
          '\n',
        );
  process.stdout.write(`${text}\n`);
}
