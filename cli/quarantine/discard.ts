/** Discards quarantined messages: they are finished, and their evidence stays. */

import { readEntry } from '../../aws/quarantine-entries.ts';
import { discardEntry } from '../../aws/quarantine-redrive.ts';
import { type EntryFilter, matches } from './filter.ts';
import { resolvedAsStored } from './resolve.ts';
import { idsOf, type Selection } from './selection.ts';
import type { QuarantineStage } from './stage.ts';
import { type Counts, type WorkOptions, workThrough } from './work-through.ts';

export interface DiscardOptions extends WorkOptions {
  /** Epoch ms: only entries that were quarantined by then. */
  readonly before: number;
  readonly by: string;
  readonly why?: string | undefined;
  /** The filter of the selection. */
  readonly only: EntryFilter;
  readonly dryRun: boolean;
}

export type DiscardEnding =
  | 'discarded'
  | 'stored already'
  | 'not meant'
  | 'unknown'
  | 'newer'
  | 'not quarantined'
  | 'changed meanwhile';

export function discard(
  stage: QuarantineStage,
  selection: Selection,
  options: DiscardOptions,
): Promise<Counts<DiscardEnding>> {
  const ids = idsOf(stage.quarantineTable, selection, options.only);
  return workThrough(ids, options, stage, (id) => discardOne(stage, id, options));
}

async function discardOne(
  stage: QuarantineStage,
  id: string,
  { before, by, why, only, dryRun }: DiscardOptions,
): Promise<DiscardEnding> {
  const entry = await readEntry(stage.quarantineTable, id);
  if (entry === undefined) return 'unknown';
  if (!matches(only, entry)) return 'not meant';
  if (entry.status !== 'quarantined') return 'not quarantined';
  if ((entry.quarantinedAt ?? 0) > before) return 'newer';
  if (dryRun) return 'discarded';
  if (await resolvedAsStored(stage, entry)) return 'stored already';
  const mark = { at: stage.now(), by, why };
  const done = await discardEntry(stage.quarantineTable, entry, mark);
  return done ? 'discarded' : 'changed meanwhile';
}
