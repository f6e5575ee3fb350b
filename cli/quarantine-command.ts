/** `quarantine`: an operator's commands for rejections and dead letters. */
import type { Command } from 'commander';
import type { SentAs } from '../core/message/redrive.ts';
import { complain, print } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';
import { instant, wholeNumber } from './command-line.ts';
import { stopOnInterrupt } from './interrupt.ts';
import { byOption, reasonOption, staged } from './operator-options.ts';
import type { Act } from './quarantine/audited.ts';
import { type EntryFilter, filtering, narrowingOf } from './quarantine/filter.ts';
import { addLook } from './quarantine/look.ts';
import { type Selection, type SelectionOptions, selectionOf } from './quarantine/selection.ts';
import { openStage } from './quarantine/stage.ts';
import type { Counts } from './quarantine/work-through.ts';
import { UsageError } from './usage-error.ts';

interface Options extends SelectionOptions, Omit<EntryFilter, 'fingerprint'> {
  readonly stage: string;
  readonly rate: number;
  readonly dryRun?: true;
  readonly before?: number;
  readonly by: string;
  readonly reason?: string;
}

interface RedriveOptions extends Options {
  /** Seconds. */
  readonly wait: number;
  /** A file. */
  readonly with?: string;
}

export function addQuarantine(program: Command): void {
  const quarantine = program
    .command('quarantine')
    .description('list, show, redrive or discard what was rejected or dead-lettered');
  addLook(quarantine);
  addIndex(quarantine);
  selecting(quarantine.command('redrive'))
    .description('send entries back to their lane, each at most once; it may be interrupted')
    .option('--with <file>', 'send this corrected body instead; only with one --id')
    .option('--wait <seconds>', 'wait this long for their endings', wholeNumber(0, 3_600), 30)
    .action(redriveEntries);
  selecting(quarantine.command('discard'))
    .description('discard entries; their evidence stays')
    .action(discardEntries);
}

function addIndex(quarantine: Command): void {
  const what = 'index entries of older versions by fingerprint; needed once, after an upgrade';
  staged(quarantine.command('index').description(what)).action(
    async (options: Pick<Options, 'stage'>) => {
      const { quarantineTable } = await openStage(options.stage);
      const { indexFormerEntries } = await import('../aws/quarantine-fingerprints.ts');
      print(`indexed ${await indexFormerEntries(quarantineTable)}`);
    },
  );
}

function selecting(command: Command): Command {
  const selected = staged(command)
    .option('--fingerprint <fingerprint>', 'all entries of a fingerprint')
    .option('--id <id...>', 'these entries')
    .option('--all', 'all entries');
  return filtering(selected)
    .option('--rate <number>', 'entries a second', wholeNumber(1, 1_000), 50)
    .option('--dry-run', 'only print how many entries match')
    .option('--before <time>', 'only what was quarantined by then (default: now)', instant)
    .addOption(reasonOption())
    .addOption(byOption());
}

async function redriveEntries(options: RedriveOptions): Promise<void> {
  const selection = selectionOf(options);
  mustSayWhy(options);
  const corrected = await correctionOf(options, selection);
  const before = options.before ?? Date.now();
  const stage = await openStage(options.stage);
  const { redrive } = await import('./quarantine/redrive.ts');
  const { sayWhatBecame } = await import('./quarantine/wait-for-endings.ts');
  const sent = new Map<string, SentAs>();
  const stopping = stopOnInterrupt();
  const counts = await recordedAct('redrive', { ...options, corrected }, before, () =>
    redrive(stage, selection, {
      ...recorded(options, before),
      corrected,
      signal: stopping,
      onFailed: (id, reason) => complain(printable(`${id}: not redriven: ${reason}`)),
      onSent: (id, as) => void sent.set(id, as),
    }),
  );
  if (saysWhatIsMissing(options, counts, stopping)) return;
  say(options.dryRun === true ? 'would redrive' : 'redriven', 'sent', counts);
  const patience = { timeoutMs: options.wait * 1_000, signal: stopping };
  const isWell = await sayWhatBecame(stage.quarantineTable, sent, patience);
  if ((counts.failed ?? 0) > 0 || !isWell) process.exitCode = 1;
  goOn(stopping, before);
}

/** A corrected body is for one submission, and the reason for the change is required. */
async function correctionOf(
  { with: file, dryRun }: RedriveOptions,
  selection: Selection,
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  if (selection.kind !== 'ids' || selection.ids.length !== 1 || dryRun === true) {
    throw new UsageError('--with FILE needs one --id ID, and no --dry-run');
  }
  const { readCorrection } = await import('./quarantine/correct.ts');
  return readCorrection(file);
}

async function discardEntries(options: Options): Promise<void> {
  const selection = selectionOf(options);
  mustSayWhy(options);
  const before = options.before ?? Date.now();
  const stage = await openStage(options.stage);
  const { discard } = await import('./quarantine/discard.ts');
  const stopping = stopOnInterrupt();
  const counts = await recordedAct('discard', options, before, () =>
    discard(stage, selection, { ...recorded(options, before), signal: stopping }),
  );
  if (saysWhatIsMissing(options, counts, stopping)) return;
  say(options.dryRun === true ? 'would discard' : 'discarded', 'discarded', counts);
  goOn(stopping, before);
}

/** A dry run is not recorded. */
function mustSayWhy({ reason, dryRun }: Options): void {
  if (reason === undefined && dryRun !== true) {
    throw new UsageError("required option '--reason <text>' not specified");
  }
}

function recorded(options: Options, before: number) {
  const { rate, by, reason, dryRun } = options;
  const only = narrowingOf(options);
  return { before, by, why: reason, rate, only, dryRun: dryRun === true };
}

/** Runs the action between its facts for the audit log; a dry run has none. */
async function recordedAct<Ending extends string>(
  kind: Act['kind'],
  options: Options & { readonly corrected?: string | undefined },
  before: number,
  perform: () => Promise<Counts<Ending>>,
): Promise<Counts<Ending>> {
  if (options.dryRun === true) return perform();
  const { actOn } = await import('./quarantine/act.ts');
  const { by, reason: why, corrected, stage } = options;
  const said = { kind, by, why, before, corrected };
  const act = { ...said, only: narrowingOf(options), selection: selectionOf(options) };
  return actOn(stage, act, perform);
}

/** Naming an entry that does not exist is an error; true if there is nothing else to print. */
function saysWhatIsMissing(
  { fingerprint, id = [], stage }: Options,
  counts: Counts<string>,
  { aborted }: AbortSignal,
): boolean {
  const { unknown = 0 } = counts;
  const isNothing = fingerprint !== undefined && Object.keys(counts).length === 0 && !aborted;
  if (unknown === 0 && !isNothing) return false;
  const named = id.length === 1 ? id[0] : `for ${unknown} of the ${id.length} --id`;
  const what = isNothing ? `with the fingerprint ${fingerprint}` : named;
  complain(printable(`error: no entry ${what} in the quarantine of ${stage}; see quarantine list`));
  process.exitCode = 1;
  return isNothing;
}

/** Prints how many entries were processed as requested, and what happened to the others. */
function say<Ending extends string>(verb: string, done: Ending, counts: Counts<Ending>): void {
  const others = Object.entries<number | undefined>(counts).filter(([ending]) => ending !== done);
  const rest = others.map(([ending, count]) => `, ${count} ${ending}`).join('');
  print(`${verb} ${counts[done] ?? 0}${rest}`);
}

function goOn({ aborted }: AbortSignal, before: number): void {
  if (!aborted) return;
  const time = new Date(before).toISOString();
  complain(`interrupted; to go on, run it again with --before ${time}`);
  process.exitCode = 1;
}
