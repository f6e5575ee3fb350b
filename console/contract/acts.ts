/**
 * What an operator can do here. Each act asks for a reason, and needs `--operate` unless its route
 * says otherwise.
 */
import type { Ms } from './figure.ts';
import type { EntryFilter } from './quarantine.ts';

export type BulkKind = 'redrive' | 'discard';

/** Entries by id, or all that match a filter. The filter must not be empty. */
export type Selected = { readonly ids: readonly string[] } | { readonly filter: EntryFilter };

export interface CountRequest {
  readonly kind: BulkKind;
  readonly selected: Selected;
}

/** What the act would change. It must be counted before the act can start. */
export interface Counted {
  /** By what would happen to each: `sent` or `discarded` by the act, all others are left alone. */
  readonly counts: Readonly<Record<string, number>>;
  /** How many entries it would change. */
  readonly count: number;
  /** Entries that are quarantined later are left alone. Must be sent back with the act. */
  readonly before: Ms;
  /** The same act on the command line. */
  readonly commandLine: string;
}

export interface BulkRequest {
  readonly kind: BulkKind;
  readonly selected: Selected;
  readonly before: Ms;
  /** The `count` that was shown. The act is refused if it would change more entries. */
  readonly count: number;
  /** Entries per second, 1 to 1000. */
  readonly rate: number;
  readonly reason: string;
}

export interface IncidentWord {
  readonly word: 'acknowledge' | 'resolve';
  readonly scope: string;
  readonly number: number;
  readonly reason: string;
}

export type BreakerWord = { readonly service: string; readonly reason: string } & (
  | { readonly word: 'force-open' | 'force-closed' /** At most 24 h. */; readonly forMs: number }
  | { readonly word: 'reset' }
);

export interface LaneWord {
  readonly word: 'pause' | 'resume';
  readonly lane: string;
  readonly reason: string;
}

/** The act is done. The next snapshot shows it. */
export interface Done {
  /** The new state, as text for a person. */
  readonly message: string;
  /** False if it was in that state before. */
  readonly changed: boolean;
  readonly commandLine: string;
}
