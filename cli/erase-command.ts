/** `erase`: removes all content of a patient from a stage, permanently (docs/retention.md). */
import { setTimeout as wait } from 'node:timers/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Erasure } from '../core/erasure/erasure.ts';
import { complain, print } from '../terminal/print.ts';
import { printable, printableJson } from '../terminal/printable.ts';
import type { Request, Surroundings } from './erase/run.ts';
import { type LookOptions, saying, type WordOptions } from './operator-options.ts';
import { UsageError } from './usage-error.ts';

interface Options extends WordOptions, Pick<LookOptions, 'json'> {
  readonly patient: string;
  readonly source: string;
  readonly shared?: Erasure['shared'];
  readonly yes?: true;
}

export function addErase(program: Command): void {
  const erase = program.command('erase').description('erase a patient, or all of them again');
  saying(erase.command('patient', { isDefault: true }))
    .description('erase a patient; without --yes only print what would be erased')
    .requiredOption('--patient <reference>', 'the patient, as in Patient/p1', patientId)
    .option('--source <source>', 'the source of the patient', 'default')
    .addOption(
      new Option('--shared <what>', 'resources that name other patients too').choices([
        'erase',
        'keep',
      ]),
    )
    .option('--yes', 'erase; run it again if it was interrupted')
    .option('--json', 'as one JSON object')
    .action(run);
  saying(erase.command('replay'))
    .description(
      'erase everything again that was ever erased, after a table was restored from a backup',
    )
    .option('--resources-table <name>', 'a restored table, before it is used')
    .option('--quarantine-table <name>', 'a restored table, before it is used')
    .option('--yes', 'erase; without it only print what would be erased')
    .option('--json', 'as one JSON object')
    .action(runReplay);
}

function patientId(text: string): string {
  const [, id] = /^Patient\/([A-Za-z0-9.-]{1,64})$/.exec(text) ?? [];
  if (id !== undefined) return id;
  throw new InvalidArgumentError('It must be a reference such as Patient/p1.');
}

async function run(options: Options): Promise<void> {
  const { stage, source, patient: id, by, yes, json } = options;
  const reason = reasonOf(options);
  const { openEraseStage, messagesWaiting } = await import('./erase/stage.ts');
  const { erase, survey } = await import('./erase/run.ts');
  const { describeErasure } = await import('./erase/describe.ts');
  const { openRecorder } = await import('./audit/recorder.ts');
  const { mustBeOperator } = await import('./audit/permission.ts');
  const eraseStage = await openEraseStage(stage);
  const surroundings: Surroundings = { recorder: await openRecorder(stage), wait, say: complain };
  const request: Request = { source, id, by, reason, shared: options.shared ?? 'erase' };
  const waiting = await messagesWaiting(stage);
  const found = yes && options.shared ? undefined : await survey(eraseStage, request, surroundings);
  if (found !== undefined && (yes !== true || needsWord(found, options))) {
    print(
      json
        ? printableJson({ dryRun: true, ...found, waiting })
        : describeErasure(request, found, waiting),
    );
    if (yes) throw new UsageError(SHARED);
    complain('nothing was erased; to erase, add --yes');
    return;
  }
  await mustBeOperator(stage, 'erased');
  const { record, swept } = await erase(eraseStage, request, surroundings);
  const { number: erasure, patient } = record;
  const done = { dryRun: false, erasure, patient, ...swept, waiting };
  print(json ? printableJson(done) : describeErasure(request, swept, waiting, record));
}

interface ReplayOptions extends WordOptions, Pick<LookOptions, 'json'> {
  readonly resourcesTable?: string;
  readonly quarantineTable?: string;
  readonly yes?: true;
}

async function runReplay(options: ReplayOptions): Promise<void> {
  const { stage, by, yes, json, resourcesTable, quarantineTable } = options;
  const reason = reasonOf(options);
  const { openEraseStage } = await import('./erase/stage.ts');
  const { replay } = await import('./erase/run.ts');
  const { describeReplay } = await import('./erase/describe.ts');
  const { openRecorder } = await import('./audit/recorder.ts');
  const { mustBeOperator } = await import('./audit/permission.ts');
  const { tableNamed } = await import('./clients.ts');
  const eraseStage = {
    ...(await openEraseStage(stage)),
    ...(resourcesTable !== undefined && { resourcesTable: tableNamed(resourcesTable) }),
    ...(quarantineTable !== undefined && { quarantineTable: tableNamed(quarantineTable) }),
  };
  const surroundings = { recorder: await openRecorder(stage), wait, say: complain };
  const act = yes === true;
  if (act) await mustBeOperator(stage, 'erased');
  const { erasures, swept } = await replay(eraseStage, { by, reason, act }, surroundings);
  const done = { dryRun: !act, erasures, ...swept };
  print(json ? printableJson(done) : describeReplay(erasures, swept, act));
  if (!act) complain('nothing was erased; to erase, add --yes');
}

const SHARED = 'some resources name other patients too: add --shared erase or --shared keep';

function needsWord(
  { resources, entries }: { resources: { shared: number }; entries: { shared: number } },
  { shared }: Options,
): boolean {
  return shared === undefined && resources.shared + entries.shared > 0;
}

/** It is kept for six years, in the audit log and with the erasure. */
function reasonOf({ reason, patient }: { reason: string; patient?: string }): string {
  if (printable(reason) !== reason) {
    throw new UsageError('--reason must be printable, on one line');
  }
  if (patient === undefined) return reason;
  const words = reason.split(/[^A-Za-z0-9.-]+/);
  if (words.includes(patient) || reason.includes(`Patient/${patient}`)) {
    throw new UsageError('--reason must not name the patient: the audit log keeps it');
  }
  return reason;
}
