/** A filter of entries, as the address holds it and as the server takes it. */
import type { EntryFilter } from '../../contract/quarantine.ts';

export const FILTER_FIELDS = ['text', 'kind', 'lane', 'source', 'fingerprint'] as const;
export type FilterField = (typeof FILTER_FIELDS)[number];

type Given = Readonly<Record<string, string>>;

/** Only fields that the server knows; a filter that somebody made up by hand must not become "all". */
export function entryFilter(given: Given): EntryFilter {
  const known = FILTER_FIELDS.filter((field) => given[field]).map((field) => [field, given[field]]);
  return Object.fromEntries(known) as EntryFilter;
}

export const hasFilter = (given: Given): boolean => Object.keys(entryFilter(given)).length > 0;

/** In words, for whoever is about to act on all of it. */
export function filterWords(given: Given): string {
  return FILTER_FIELDS.filter((field) => given[field])
    .map((field) => `${field === 'text' ? 'reason with' : field} “${given[field]}”`)
    .join(', ');
}
