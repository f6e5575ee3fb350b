/** Quarantine as lists: by fingerprint, and entry by entry. */
import { allEntries, entriesAfter, type QuarantineSummary } from '../../aws/quarantine-entries.ts';
import { matches } from '../../cli/quarantine/filter.ts';
import { groupByFingerprint } from '../../cli/quarantine/groups.ts';
import type { QuarantineStage } from '../../cli/quarantine/stage.ts';
import type { EntryPage, EntrySummary, QuarantineGroups } from '../contract/quarantine.ts';
import { filterSchema, idSchema, parsedQuery } from './query.ts';

const ENTRIES_MAX = 100;

export async function groupsView(
  { quarantineTable }: QuarantineStage,
  query: URLSearchParams,
  now: number,
): Promise<QuarantineGroups> {
  const filter = parsedQuery(filterSchema, query);
  const overview = await groupByFingerprint(allEntries(quarantineTable), filter);
  const groups = overview.groups.map(({ kind, ...group }) => ({
    ...group,
    kind: kind as QuarantineGroups['groups'][number]['kind'],
  }));
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  return { now, groups, total, interrupted: overview.interrupted };
}

const pageSchema = filterSchema.extend({ after: idSchema.exactOptional() });

/**
 * Entries of any status in the order of the table, a page at a time, so that a large table does not
 * make anybody wait.
 */
export async function entriesView(
  { quarantineTable }: QuarantineStage,
  query: URLSearchParams,
): Promise<EntryPage> {
  const { after, ...filter } = parsedQuery(pageSchema, query);
  const entries: EntrySummary[] = [];
  for await (const entry of entriesAfter(quarantineTable, after)) {
    if (!matches(filter, entry)) continue;
    if (entries.length === ENTRIES_MAX) return { entries, after: entries.at(-1)?.id ?? '' };
    entries.push(summaryOf(entry));
  }
  return { entries };
}

export function summaryOf(entry: QuarantineSummary): EntrySummary {
  const { pk: id, status, kind, lane, source, reason, fingerprint } = entry;
  const { quarantinedAt, redrives } = entry;
  return {
    ...{ id, status, lane, source, reason: reason ?? '', redrives },
    ...(kind !== undefined && { kind }),
    ...(fingerprint !== undefined && { fingerprint }),
    ...(quarantinedAt !== undefined && { quarantinedAt }),
  };
}
