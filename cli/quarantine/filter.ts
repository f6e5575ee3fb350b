/** A filter of entries: an entry must match everything that is given. */
import { type Command, Option } from 'commander';
import type { QuarantineSummary } from '../../aws/quarantine-entries.ts';
import { lanes } from '../../core/message/messages.ts';

export const ENTRY_KINDS = ['rejection', 'dead-letter', 'undelivered'] as const;

export interface EntryFilter {
  readonly fingerprint?: string | undefined;
  readonly kind?: (typeof ENTRY_KINDS)[number] | undefined;
  readonly lane?: (typeof lanes)[number] | undefined;
  readonly source?: string | undefined;
  /** A part of the reason, in upper or lower case. */
  readonly text?: string | undefined;
}

type Filtered = Pick<QuarantineSummary, 'fingerprint' | 'kind' | 'lane' | 'source' | 'reason'>;

export function matches(
  { fingerprint, kind, lane, source, text }: EntryFilter,
  entry: Filtered,
): boolean {
  return (
    (fingerprint === undefined || entry.fingerprint === fingerprint) &&
    (kind === undefined || entry.kind === kind) &&
    (lane === undefined || entry.lane === lane) &&
    (source === undefined || entry.source === source) &&
    (text === undefined || (entry.reason ?? '').toLowerCase().includes(text.toLowerCase()))
  );
}

/** Adds the options with which commands filter entries. */
export function filtering(command: Command): Command {
  return command
    .addOption(new Option('--lane <lane>', 'only those of a lane').choices(lanes))
    .addOption(new Option('--kind <kind>', 'only those with this ending').choices(ENTRY_KINDS))
    .option('--source <source>', 'only those of a source')
    .option('--text <text>', 'only those whose reason holds this');
}

/** The filter that these options describe. */
export const narrowingOf = ({ lane, kind, source, text }: EntryFilter): EntryFilter => ({
  ...(lane !== undefined && { lane }),
  ...(kind !== undefined && { kind }),
  ...(source !== undefined && { source }),
  ...(text !== undefined && { text }),
});
