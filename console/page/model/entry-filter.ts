/** A filter of entries, in the form of the page's address and in that of a request. */
import type { EntryFilter } from '../../contract/quarantine.ts';

export const FILTER_FIELDS = ['text', 'kind', 'lane', 'source', 'fingerprint'] as const;
export type FilterField = (typeof FILTER_FIELDS)[number];

type Given = Readonly<Record<string, string>>;

/**
 * Keeps only fields that the server knows. The server refuses a filter without fields, so an
 * unknown field never selects all entries.
 */
export function entryFilter(given: Given): EntryFilter {
  const known = FILTER_FIELDS.filter((field) => given[field]).map((field) => [field, given[field]]);
  return Object.fromEntries(known) as EntryFilter;
}

export const hasFilter = (given: Given): boolean => Object.keys(entryFilter(given)).length > 0;

/** The filter as text, for an operator who is about to act on all matching entries. */
export function filterWords(given: Given): string {
  return FILTER_FIELDS.filter((field) => given[field])
    .map((field) => `${field === 'text' ? 'reason with' : field} “${given[field]}”`)
    .join(', ');
}
