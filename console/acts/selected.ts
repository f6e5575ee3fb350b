/** The entries that an act is for, and how many it would change. */
import { z } from 'zod';
import { allEntries, type QuarantineSummary, readEntry } from '../../aws/quarantine-entries.ts';
import { type EntryFilter, matches, narrowingOf } from '../../cli/quarantine/filter.ts';
import type { Selection } from '../../cli/quarantine/selection.ts';
import type { QuarantineStage } from '../../cli/quarantine/stage.ts';
import { decideRedrive } from '../../core/message/redrive.ts';
import type { BulkKind, Selected } from '../contract/acts.ts';
import { filterSchema, idSchema } from '../views/query.ts';

const IDS_MAX = 1_000;

const isEmpty = (filter: EntryFilter) =>
  Object.values(filter).every((value) => value === undefined);

export const selectedSchema = z.union([
  z.strictObject({ ids: z.array(idSchema).min(1).max(IDS_MAX) }),
  z.strictObject({
    filter: filterSchema.refine(
      (filter) => !isEmpty(filter),
      'an empty filter would match all entries',
    ),
  }),
]);

/** Selects as the command line does. */
export function selectionOf(selected: Selected): { selection: Selection; only: EntryFilter } {
  if ('ids' in selected) return { selection: { kind: 'ids', ids: selected.ids }, only: {} };
  const { fingerprint } = selected.filter;
  const only = narrowingOf(selected.filter);
  return fingerprint === undefined
    ? { selection: { kind: 'all' }, only }
    : { selection: { kind: 'fingerprint', fingerprint }, only };
}

/** Options of `quarantine redrive` and `discard` for the same selection. */
export function optionsOf(selected: Selected): string[] {
  const { selection, only } = selectionOf(selected);
  const narrowed = Object.entries(only).flatMap(([name, value]) => [`--${name}`, String(value)]);
  if (selection.kind === 'ids') return ['--id', ...selection.ids];
  return selection.kind === 'all'
    ? ['--all', ...narrowed]
    : ['--fingerprint', selection.fingerprint, ...narrowed];
}

/**
 * Counts entries by what the act would do with each, without doing it. Entries that have ended are
 * not counted.
 */
export async function countSelected(
  stage: QuarantineStage,
  kind: BulkKind,
  selected: Selected,
  before: number,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for await (const entry of entriesOf(stage, selected)) {
    const ending = entry === undefined ? 'unknown' : endingOf(kind, entry, before);
    if (ending !== undefined) counts[ending] = (counts[ending] ?? 0) + 1;
  }
  return counts;
}

/** What each act does, as `counts` names it. */
export const DONE: Readonly<Record<BulkKind, string>> = { redrive: 'sent', discard: 'discarded' };

function endingOf(kind: BulkKind, entry: QuarantineSummary, before: number): string | undefined {
  if (kind === 'redrive') {
    const step = decideRedrive(entry, before);
    if (step.kind !== 'skip') return step.kind === 'begin' ? 'sent' : 'finished';
    return step.because === 'ended' ? undefined : step.because;
  }
  if (entry.status !== 'quarantined') return undefined;
  return (entry.quarantinedAt ?? 0) > before ? 'newer' : 'discarded';
}

async function* entriesOf(
  { quarantineTable }: QuarantineStage,
  selected: Selected,
): AsyncGenerator<QuarantineSummary | undefined> {
  if ('ids' in selected) {
    for (const id of new Set(selected.ids)) yield await readEntry(quarantineTable, id);
    return;
  }
  for await (const entry of allEntries(quarantineTable)) {
    if (matches(selected.filter, entry)) yield entry;
  }
}
