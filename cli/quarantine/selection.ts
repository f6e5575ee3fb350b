/** The entries that a command works on. */

import type { Table } from '../../aws/handles.ts';
import { allEntries, type QuarantineSummary } from '../../aws/quarantine-entries.ts';
import { idsOfFingerprint } from '../../aws/quarantine-fingerprints.ts';
import { UsageError } from '../usage-error.ts';
import { type EntryFilter, matches } from './filter.ts';

export type Selection =
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  | { readonly kind: 'fingerprint'; readonly fingerprint: string }
  | { readonly kind: 'all' };

export interface SelectionOptions {
  readonly id?: readonly string[];
  readonly fingerprint?: string;
  readonly all?: boolean;
}

/** @throws UsageError unless exactly one kind of selection was given. */
export function selectionOf({ id, fingerprint, all }: SelectionOptions): Selection {
  const given: Selection[] = [
    ...(id === undefined ? [] : [{ kind: 'ids', ids: id } as const]),
    ...(fingerprint === undefined ? [] : [{ kind: 'fingerprint', fingerprint } as const]),
    ...(all === true ? [{ kind: 'all' } as const] : []),
  ];
  const [selection] = given;
  if (selection === undefined || given.length > 1) {
    throw new UsageError('which entries? Give one of --fingerprint F, --id ID or --all');
  }
  return selection;
}

/**
 * The ids of the selection, without duplicates. For `all`: those that match, without another read.
 */
export async function* idsOf(
  table: Table,
  selection: Selection,
  only: EntryFilter,
): AsyncGenerator<string> {
  switch (selection.kind) {
    case 'ids':
      yield* new Set(selection.ids);
      return;
    case 'fingerprint':
      yield* idsOfFingerprint(table, selection.fingerprint);
      return;
    case 'all':
      for await (const entry of allEntries(table)) {
        if (isOpen(entry) && matches(only, entry)) yield entry.pk;
      }
  }
}

/** Quarantined, or marked by a redrive that died before it had sent. */
export function isOpen({ status, redrive }: QuarantineSummary): boolean {
  return status === 'quarantined' || (status === 'redriven' && redrive?.sentAt === undefined);
}
