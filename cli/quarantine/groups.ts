/** Entries by fingerprint, so that 5,000 equal failures are one row. */
import type { QuarantineSummary } from '../../aws/quarantine-entries.ts';
import { type EntryFilter, matches } from './filter.ts';
import { isOpen } from './selection.ts';

export interface Group {
  readonly fingerprint: string;
  readonly kind: string;
  /** Reason and id of the latest. */
  readonly reason: string;
  readonly example: string;
  readonly lanes: readonly string[];
  readonly sources: readonly string[];
  readonly count: number;
  /** Epoch ms. */
  readonly first: number;
  readonly last: number;
  /** The highest number of redrives of one of them. */
  readonly redrives: number;
}

export interface Overview {
  readonly groups: readonly Group[];
  /** Marked by a redrive that died before it had sent. */
  readonly interrupted: number;
}

/** Groups the quarantined entries; the largest group first. */
export async function groupByFingerprint(
  entries: AsyncIterable<QuarantineSummary>,
  filter: EntryFilter,
): Promise<Overview> {
  const groups = new Map<string, Group>();
  let interrupted = 0;
  for await (const entry of entries) {
    if (!matches(filter, entry)) continue;
    if (entry.status !== 'quarantined') {
      if (isOpen(entry)) interrupted += 1;
      continue;
    }
    const fingerprint = entry.fingerprint ?? '';
    groups.set(fingerprint, added(groups.get(fingerprint), entry, fingerprint));
  }
  const largestFirst = [...groups.values()].sort((a, b) => b.count - a.count || b.last - a.last);
  return { groups: largestFirst, interrupted };
}

function added(group: Group | undefined, entry: QuarantineSummary, fingerprint: string): Group {
  const at = entry.quarantinedAt ?? 0;
  const { pk, kind = '', reason = '', lane, source, redrives } = entry;
  if (group === undefined) {
    const one = {
      fingerprint,
      kind,
      reason,
      example: pk,
      lanes: [lane],
      sources: [source],
      count: 1,
    };
    return { ...one, first: at, last: at, redrives };
  }
  return {
    ...group,
    ...(at >= group.last && { reason, example: pk }),
    lanes: withOne(group.lanes, lane),
    sources: withOne(group.sources, source),
    count: group.count + 1,
    first: Math.min(group.first, at),
    last: Math.max(group.last, at),
    redrives: Math.max(group.redrives, redrives),
  };
}

/** Sorted with it; the same array if it is there already, because a group may have many entries. */
function withOne(all: readonly string[], one: string): readonly string[] {
  return all.includes(one) ? all : [...all, one].sort();
}
