/** `quarantine list` and `quarantine show`: reading, not changing. */
import type { Command } from 'commander';
import { allEntries, type QuarantineRecord, readEntry } from '../../aws/quarantine-entries.ts';
import { complain, print } from '../../terminal/print.ts';
import { printable, printableJson, printableLines } from '../../terminal/printable.ts';
import { openRecorder } from '../audit/recorder.ts';
import { byOption, looking, reasonOption } from '../operator-options.ts';
import { TargetError } from '../target.ts';
import { UsageError } from '../usage-error.ts';
import { BodyGone, textOf } from './body.ts';
import { describeEntry, describeOutcome, describeOverview } from './describe.ts';
import { type EntryFilter, filtering, narrowingOf } from './filter.ts';
import { groupByFingerprint } from './groups.ts';
import { codedIssues } from './issues.ts';
import { resolvedAsStored } from './resolve.ts';
import { type Reader, recordRead } from './reveal.ts';
import { openStage, type QuarantineStage } from './stage.ts';

interface ListOptions extends EntryFilter {
  readonly stage: string;
  readonly json?: true;
}
interface ShowOptions {
  readonly stage: string;
  readonly reveal?: true;
  readonly reason?: string;
  readonly by: string;
  readonly json?: true;
}

export function addLook(quarantine: Command): void {
  const listed = quarantine.command('list').description('what is quarantined, grouped by reason');
  filtering(looking(listed)).action(list);
  const about = 'everything known about one entry, without PHI: its outcome by codes and places';
  looking(quarantine.command('show').description(about))
    .argument('<id>', "the message's original id")
    .option('--reveal', 'print the body and what the outcome says: PHI. The audit log gets a fact')
    .addOption(reasonOption())
    .addOption(byOption())
    .action(show);
}

async function list({ stage: name, json, ...options }: ListOptions): Promise<void> {
  const stage = await openStage(name);
  const entries = allEntries(stage.quarantineTable);
  const overview = await groupByFingerprint(entries, narrowingOf(options));
  const text = json === true ? printableJson(overview) : describeOverview(overview, Date.now());
  print(text);
}

async function show(id: string, options: ShowOptions): Promise<void> {
  const { stage: name, json } = options;
  const reader = readerOf(options);
  const stage = await openStage(name);
  const entry = await readEntry(stage.quarantineTable, id);
  if (entry === undefined) {
    complain(`error: no entry ${printable(id)} in the quarantine of ${name}`);
    process.exitCode = 1;
    return;
  }
  const stored = await resolvedAsStored(stage, entry);
  const { body: _, ...known } = stored ? { ...entry, status: 'stored' as const } : entry;
  if (reader !== undefined) await recordRead(entry, reader, () => openRecorder(name));
  const body = reader === undefined ? undefined : await bodyOf(stage, entry);
  const text = json === true ? asJson(known, body) : asText(known, body);
  print(text);
}

async function bodyOf(stage: QuarantineStage, entry: QuarantineRecord): Promise<string> {
  try {
    return await textOf(stage, entry);
  } catch (error) {
    if (!(error instanceof BodyGone)) throw error;
    throw new TargetError(`there is no body to show: ${error.message}`, { cause: error });
  }
}

/** Who asks to see PHI, and why; undefined if nobody does. */
function readerOf({ reveal, reason, by }: ShowOptions): Reader | undefined {
  if (reveal !== true) return undefined;
  if (reason !== undefined) return { by, reason };
  throw new UsageError('--reveal needs --reason TEXT: why you must see it, for the record');
}

type Known = Omit<QuarantineRecord, 'body'>;

function asJson(known: Known, body: string | undefined): string {
  const { outcome, ...rest } = known;
  const issues = codedIssues(known);
  return printableJson({
    ...rest,
    ...(issues !== undefined && { issues }),
    ...(body !== undefined && { outcome, body }),
  });
}

function asText(known: Known, body: string | undefined): string {
  if (body === undefined) return describeEntry(known, Date.now());
  return [
    describeEntry(known, Date.now()),
    ...describeOutcome(known),
    'body',
    printableLines(body),
  ].join('\n');
}
